import type { CallOptions } from '../call-options.js';
import type { LagContext } from '../context.js';
import type { MessageId, RoomId, ServerId } from '../models/ids.js';
import type { EditMessageBody, CursorQuery, MessagePage } from '../models/messages.js';
import {
  EditedRoomMessageSchema,
  type EditedRoomMessage,
  RoomMessageSchema,
  type RoomMessage,
  type SendRoomMessageBody,
  RoomMessagePageSchema,
} from '../models/room-messages.js';
import { call, path } from '../call.js';
import { walkPages, type LagIterable, type Page } from '../pagination.js';
import type { LagResult } from '../pipeline/types.js';
import { sendOnce } from '../send-once.js';
import { getIdentity } from './identity.js';

/**
 * Gets a page of a room's messages, the newest one unless `cursor` says otherwise.
 *
 * `GET /servers/:serverId/rooms/:roomId/messages`. Robots need `read_messages`. Messages are oldest first;
 * `iterateRoomMessages` walks all pages.
 */
export function listRoomMessages(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  query?: CursorQuery,
  options?: CallOptions,
): LagResult<MessagePage<RoomMessage>> {
  return call(
    ctx,
    {
      name: 'listRoomMessages',
      path: path`/servers/${serverId}/rooms/${roomId}/messages`,
      query,
      robot: 'rewrite',
      response: RoomMessagePageSchema,
    },
    options,
  );
}

/**
 * Sends a message to a room, as the user or the robot that owns the token.
 *
 * `POST /servers/:serverId/rooms/:roomId/messages`. Robots need `send_messages`; content is 1 to 2000 characters.
 */
export function sendRoomMessage(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  body: SendRoomMessageBody,
  options?: CallOptions,
): LagResult<RoomMessage> {
  return call(
    ctx,
    {
      name: 'sendRoomMessage',
      method: 'POST',
      path: path`/servers/${serverId}/rooms/${roomId}/messages`,
      body,
      robot: 'rewrite',
      idempotent: false,
      response: RoomMessageSchema,
    },
    options,
  );
}

/**
 * Sends a message to a room, and where the answer gets lost, finds out whether it was sent: it looks for the message
 * among the room's latest, by author, content and time since the first try, and sends again only where it is not there.
 *
 * `POST`, and after a lost answer `GET /servers/:serverId/rooms/:roomId/messages`. Robots need `send_messages` and
 * `read_messages`; content is 1 to 2000 characters. `maxRetries` counts sends; `retry` says nothing here.
 *
 * It cannot tell two messages of one author with the same content within two seconds, nor find one that was changed or
 * deleted, or that the server writes only after the look. Where the look itself fails it does not send again: the error
 * then says `maybeApplied`.
 */
export function sendRoomMessageOnce(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  body: SendRoomMessageBody,
  options?: CallOptions,
): LagResult<RoomMessage> {
  return sendOnce(ctx, body, options, {
    send: (message, sending) => sendRoomMessage(ctx, serverId, roomId, message, sending),
    list: (reading, query, listing) => listRoomMessages(reading, serverId, roomId, query, listing),
    getIdentity,
  });
}

/**
 * Changes a message.
 *
 * `PATCH /servers/:serverId/rooms/:roomId/messages/:messageId`. Robots need `send_messages`, change only their own and
 * get back only `id`, `roomId`, `content` and `editedAt`; content is 1 to 2000 characters.
 */
export function editRoomMessage(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  messageId: MessageId,
  body: EditMessageBody,
  options?: CallOptions,
): LagResult<EditedRoomMessage> {
  return call(
    ctx,
    {
      name: 'editRoomMessage',
      method: 'PATCH',
      path: path`/servers/${serverId}/rooms/${roomId}/messages/${messageId}`,
      body,
      robot: 'rewrite',
      response: EditedRoomMessageSchema,
    },
    options,
  );
}

/**
 * Deletes a message.
 *
 * `DELETE /servers/:serverId/rooms/:roomId/messages/:messageId`. Robots need `send_messages` and delete only their own.
 */
export function deleteRoomMessage(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  messageId: MessageId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    {
      name: 'deleteRoomMessage',
      method: 'DELETE',
      path: path`/servers/${serverId}/rooms/${roomId}/messages/${messageId}`,
      robot: 'rewrite',
    },
    options,
  );
}

/**
 * Walks the pages of a room's messages, back in time from `query.cursor` or the newest message.
 *
 * `GET /servers/:serverId/rooms/:roomId/messages`. Robots need `read_messages`. Ends after the first `Err`;
 * `query.limit` is the size of a page.
 */
export function iterateRoomMessages(
  ctx: LagContext,
  serverId: ServerId,
  roomId: RoomId,
  query?: CursorQuery,
  options?: CallOptions,
): LagIterable<Page<RoomMessage>> {
  return walkPages((next) => listRoomMessages(ctx, serverId, roomId, next, options), query);
}
