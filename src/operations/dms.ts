import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { ConversationId, MessageId, UserId } from '../models/ids.js';
import {
  DmConversationSchema,
  DmConversationListSchema,
  type DmConversation,
  DmMessageSchema,
  type DmMessage,
  type SendDmMessageBody,
  DmMessagePageSchema,
} from '../models/dms.js';
import type { EditMessageBody, CursorQuery, MessagePage } from '../models/messages.js';
import { call, path } from '../call.js';
import { walkPages, type LagIterable, type Page } from '../pagination.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the caller's conversations.
 *
 * `GET /dms`. Users only.
 */
export function listDms(ctx: UserContext, options?: CallOptions): LagResult<DmConversation[]> {
  return call(ctx, { name: 'listDms', path: '/dms', response: DmConversationListSchema }, options);
}

/**
 * Gets the conversation with a user, and makes it first where there is none.
 *
 * `POST /dms`. Users only. Somebody who is not a friend is a `permission` error.
 */
export function createDm(ctx: UserContext, userId: UserId, options?: CallOptions): LagResult<DmConversation> {
  return call(
    ctx,
    { name: 'createDm', method: 'POST', path: '/dms', body: { userId }, response: DmConversationSchema },
    options,
  );
}

/**
 * Gets a conversation.
 *
 * `GET /dms/:conversationId`. Users only.
 */
export function getDm(
  ctx: UserContext,
  conversationId: ConversationId,
  options?: CallOptions,
): LagResult<DmConversation> {
  return call(ctx, { name: 'getDm', path: path`/dms/${conversationId}`, response: DmConversationSchema }, options);
}

/**
 * Gets a page of a conversation, the newest one unless `cursor` says otherwise.
 *
 * `GET /dms/:conversationId/messages`. Users only. Messages are oldest first; `iterateDmMessages` walks all pages.
 */
export function listDmMessages(
  ctx: UserContext,
  conversationId: ConversationId,
  query?: CursorQuery,
  options?: CallOptions,
): LagResult<MessagePage<DmMessage>> {
  return call(
    ctx,
    { name: 'listDmMessages', path: path`/dms/${conversationId}/messages`, query, response: DmMessagePageSchema },
    options,
  );
}

/**
 * Sends a direct message.
 *
 * `POST /dms/:conversationId/messages`. Users only. Content is 1 to 2000 characters.
 */
export function sendDmMessage(
  ctx: UserContext,
  conversationId: ConversationId,
  body: SendDmMessageBody,
  options?: CallOptions,
): LagResult<DmMessage> {
  return call(
    ctx,
    {
      name: 'sendDmMessage',
      method: 'POST',
      path: path`/dms/${conversationId}/messages`,
      body,
      idempotent: false,
      response: DmMessageSchema,
    },
    options,
  );
}

/**
 * Changes a direct message of the caller.
 *
 * `PATCH /dms/:conversationId/messages/:messageId`. Users only. Content is 1 to 2000 characters.
 */
export function editDmMessage(
  ctx: UserContext,
  conversationId: ConversationId,
  messageId: MessageId,
  body: EditMessageBody,
  options?: CallOptions,
): LagResult<DmMessage> {
  return call(
    ctx,
    {
      name: 'editDmMessage',
      method: 'PATCH',
      path: path`/dms/${conversationId}/messages/${messageId}`,
      body,
      response: DmMessageSchema,
    },
    options,
  );
}

/**
 * Deletes a direct message of the caller.
 *
 * `DELETE /dms/:conversationId/messages/:messageId`. Users only.
 */
export function deleteDmMessage(
  ctx: UserContext,
  conversationId: ConversationId,
  messageId: MessageId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    { name: 'deleteDmMessage', method: 'DELETE', path: path`/dms/${conversationId}/messages/${messageId}` },
    options,
  );
}

/**
 * Walks the pages of a conversation, back in time from `query.cursor` or the newest message.
 *
 * `GET /dms/:conversationId/messages`. Users only. Ends after the first `Err`; `query.limit` is the size of a page.
 */
export function iterateDmMessages(
  ctx: UserContext,
  conversationId: ConversationId,
  query?: CursorQuery,
  options?: CallOptions,
): LagIterable<Page<DmMessage>> {
  return walkPages((next) => listDmMessages(ctx, conversationId, next, options), query);
}
