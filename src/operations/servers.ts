import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { ServerId } from '../models/ids.js';
import {
  ServerSchema,
  ServerListSchema,
  type CreateServerBody,
  type Server,
  type UpdateServerBody,
  ServerDetailsSchema,
  type ServerDetails,
  ServerIconUploadResponseSchema,
  type ServerIconUploadResponse,
} from '../models/servers.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';
import type { ImageSource, ImageSourceOptions } from '../uploads/image-source.js';
import { toBase64Body } from '../uploads/base64.js';
import { upload, type UploadOptions } from '../uploads/upload.js';

/**
 * Lists the servers that the caller is a member of.
 *
 * `GET /servers/me`. Users only.
 */
export function listServers(ctx: UserContext, options?: CallOptions): LagResult<Server[]> {
  return call(ctx, { name: 'listServers', path: '/servers/me', response: ServerListSchema }, options);
}

/**
 * Makes a server that the caller owns.
 *
 * `POST /servers`. Users only. Free accounts own at most 1.
 */
export function createServer(ctx: UserContext, body: CreateServerBody, options?: CallOptions): LagResult<Server> {
  return call(
    ctx,
    { name: 'createServer', method: 'POST', path: '/servers', body, idempotent: false, response: ServerSchema },
    options,
  );
}

/**
 * Gets a server with its rooms and members.
 *
 * `GET /servers/:serverId`. Users only.
 */
export function getServer(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<ServerDetails> {
  return call(ctx, { name: 'getServer', path: path`/servers/${serverId}`, response: ServerDetailsSchema }, options);
}

/**
 * Changes a server.
 *
 * `PATCH /servers/:serverId`. Users only.
 */
export function updateServer(
  ctx: UserContext,
  serverId: ServerId,
  body: UpdateServerBody,
  options?: CallOptions,
): LagResult<Server> {
  return call(
    ctx,
    { name: 'updateServer', method: 'PATCH', path: path`/servers/${serverId}`, body, response: ServerSchema },
    options,
  );
}

/**
 * Makes an image the icon of a server.
 *
 * `POST /servers/:serverId/icon`. Users only. More than 25 MiB, or a source that cannot be read, is `invalid_input`.
 */
export function uploadServerIcon(
  ctx: UserContext,
  serverId: ServerId,
  source: ImageSource,
  image?: ImageSourceOptions,
  options?: UploadOptions,
): LagResult<ServerIconUploadResponse> {
  return upload(
    ctx,
    {
      name: 'uploadServerIcon',
      method: 'POST',
      path: path`/servers/${serverId}/icon`,
      response: ServerIconUploadResponseSchema,
    },
    source,
    image,
    toBase64Body,
    options,
  );
}

/**
 * Deletes a server.
 *
 * `DELETE /servers/:serverId`. Users only; the owner alone.
 */
export function deleteServer(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<void> {
  return call(ctx, { name: 'deleteServer', method: 'DELETE', path: path`/servers/${serverId}` }, options);
}

/**
 * Leaves a server.
 *
 * `DELETE /servers/:serverId/leave`. Users only. Owners cannot leave.
 */
export function leaveServer(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<void> {
  return call(ctx, { name: 'leaveServer', method: 'DELETE', path: path`/servers/${serverId}/leave` }, options);
}
