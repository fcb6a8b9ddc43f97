import type { CallOptions } from '../call-options.js';
import type { LagContext, UserContext } from '../context.js';
import type { ServerId, UserId } from '../models/ids.js';
import {
  BanSchema,
  BanListSchema,
  type Ban,
  type ModerationBody,
  MuteSchema,
  MuteListSchema,
  type Mute,
  ServerMemberListSchema,
  type ServerMember,
} from '../models/members.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the members of a server.
 *
 * `GET /servers/:serverId/members`. Robots need `read_members`. That users may call it is not confirmed; `getServer`
 * has the members too.
 */
export function listMembers(ctx: LagContext, serverId: ServerId, options?: CallOptions): LagResult<ServerMember[]> {
  return call(
    ctx,
    {
      name: 'listMembers',
      path: path`/servers/${serverId}/members`,
      robot: 'rewrite',
      response: ServerMemberListSchema,
    },
    options,
  );
}

/**
 * Removes a member from a server; they may join again.
 *
 * `DELETE /servers/:serverId/members/:userId`. Users only.
 */
export function kickMember(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    { name: 'kickMember', method: 'DELETE', path: path`/servers/${serverId}/members/${userId}` },
    options,
  );
}

/**
 * Lists the bans of a server.
 *
 * `GET /servers/:serverId/bans`. Users only.
 */
export function listBans(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<Ban[]> {
  return call(ctx, { name: 'listBans', path: path`/servers/${serverId}/bans`, response: BanListSchema }, options);
}

/**
 * Removes a member from a server and keeps them out, for `duration` minutes or for ever.
 *
 * `POST /servers/:serverId/bans/:userId`. Users only.
 */
export function banMember(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  body: ModerationBody = {},
  options?: CallOptions,
): LagResult<Ban> {
  return call(
    ctx,
    { name: 'banMember', method: 'POST', path: path`/servers/${serverId}/bans/${userId}`, body, response: BanSchema },
    options,
  );
}

/**
 * Lets a banned user come back.
 *
 * `DELETE /servers/:serverId/bans/:userId`. Users only.
 */
export function unbanMember(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  options?: CallOptions,
): LagResult<void> {
  return call(ctx, { name: 'unbanMember', method: 'DELETE', path: path`/servers/${serverId}/bans/${userId}` }, options);
}

/**
 * Lists the mutes of a server.
 *
 * `GET /servers/:serverId/mutes`. Users only.
 */
export function listMutes(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<Mute[]> {
  return call(ctx, { name: 'listMutes', path: path`/servers/${serverId}/mutes`, response: MuteListSchema }, options);
}

/**
 * Keeps a member from speaking, for `duration` minutes or for ever.
 *
 * `POST /servers/:serverId/mutes/:userId`. Users only.
 */
export function muteMember(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  body: ModerationBody = {},
  options?: CallOptions,
): LagResult<Mute> {
  return call(
    ctx,
    {
      name: 'muteMember',
      method: 'POST',
      path: path`/servers/${serverId}/mutes/${userId}`,
      body,
      response: MuteSchema,
    },
    options,
  );
}

/**
 * Lets a muted member speak.
 *
 * `DELETE /servers/:serverId/mutes/:userId`. Users only.
 */
export function unmuteMember(
  ctx: UserContext,
  serverId: ServerId,
  userId: UserId,
  options?: CallOptions,
): LagResult<void> {
  return call(
    ctx,
    { name: 'unmuteMember', method: 'DELETE', path: path`/servers/${serverId}/mutes/${userId}` },
    options,
  );
}
