import { messagePage } from './message-page.js';
import { RoomMessageSchema, type RoomMessage } from './room-message.js';

export const RoomMessagePageSchema = /*#__PURE__*/ messagePage<RoomMessage>(RoomMessageSchema);
