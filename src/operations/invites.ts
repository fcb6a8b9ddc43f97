import type { CallOptions } from '../call-options.js';
import type { LagContext, UserContext } from '../context.js';
import type { InviteId, ServerId, UserId } from '../models/ids.js';
import {
  InviteSchema,
  InviteListSchema,
  type CreateInviteBody,
  type Invite,
  InviteFriendResponseSchema,
  type InviteFriendResponse,
  InvitePreviewSchema,
  type InvitePreview,
} from '../models/invites.js';
import { ServerSchema, type Server } from '../models/servers.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the invites of a server.
 *
 * `GET /servers/:serverId/invites`. Users only.
 */
export function listInvites(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<Invite[]> {
  return call(
    ctx,
    { name: 'listInvites', path: path`/servers/${serverId}/invites`, response: InviteListSchema },
    options,
  );
}

/**
 * Makes an invite to a server, without limits unless the body sets some.
 *
 * `POST /servers/:serverId/invites`. Users only.
 */
export function createInvite(
  ctx: UserContext,
  serverId: ServerId,
  body: CreateInviteBody = {},
  options?: CallOptions,
): LagResult<Invite> {
  return call(
    ctx,
    {
      name: 'createInvite',
      method: 'POST',
      path: path`/servers/${serverId}/invites`,
      body,
      idempotent: false,
      response: InviteSchema,
    },
    options,
  );
}

/**
 * Revokes an invite.
 *
 * `DELETE /servers/:serverId/invites/:inviteId`. Users only. The id is the invite's, not its code.
 */
export function revokeInvite(
  ctx: UserContext,
  serverId: ServerId,
  inviteId: InviteId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    { name: 'revokeInvite', method: 'DELETE', path: path`/servers/${serverId}/invites/${inviteId}` },
    options,
  );
}

/**
 * Gets what somebody with the code sees before joining.
 *
 * `GET /servers/invite/:code`. Robots and users; no account needed.
 */
export function previewInvite(ctx: LagContext, code: string, options?: CallOptions): LagResult<InvitePreview> {
  return call(
    ctx,
    { name: 'previewInvite', path: path`/servers/invite/${code}`, robot: 'same', response: InvitePreviewSchema },
    options,
  );
}

/**
 * Joins the server of an invite.
 *
 * `POST /servers/join/:code`. Users only.
 */
export function joinServer(ctx: UserContext, code: string, options?: CallOptions): LagResult<Server> {
  return call(
    ctx,
    { name: 'joinServer', method: 'POST', path: path`/servers/join/${code}`, response: ServerSchema },
    options,
  );
}

/**
 * Sends a friend an invite to a server.
 *
 * `POST /servers/:serverId/invite-friend`. Users only.
 */
export function inviteFriend(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  options?: CallOptions,
): LagResult<InviteFriendResponse> {
  return call(
    ctx,
    {
      name: 'inviteFriend',
      method: 'POST',
      path: path`/servers/${serverId}/invite-friend`,
      body: { userId },
      idempotent: false,
      response: InviteFriendResponseSchema,
    },
    options,
  );
}
