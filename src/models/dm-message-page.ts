import { messagePage } from './message-page.js';
import { DmMessageSchema, type DmMessage } from './dm-message.js';

export const DmMessagePageSchema = /*#__PURE__*/ messagePage<DmMessage>(DmMessageSchema);
