import type { CallOptions, LagContext, UserContext } from '../context.js';
import { list } from '../models/model.js';
import { RoomSchema, type CreateRoomBody, type Room, type UpdateRoomBody } from '../models/rooms.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the rooms of a server.
 *
 * `GET /servers/:serverId/rooms`. Robots need `read_rooms`. That users may call it is not confirmed; `getServer` has
 * the rooms too.
 */
export function listRooms(ctx: LagContext, serverId: string, options?: CallOptions): LagResult<Room[]> {
  return call(ctx, { path: path`/servers/${serverId}/rooms`, robot: 'rewrite', response: list(RoomSchema) }, options);
}

/**
 * Makes a room.
 *
 * `POST /servers/:serverId/rooms`. Users only.
 */
export function createRoom(
  ctx: UserContext,
  serverId: string,
  body: CreateRoomBody,
  options?: CallOptions,
): LagResult<Room> {
  return call(
    ctx,
    { method: 'POST', path: path`/servers/${serverId}/rooms`, body, idempotent: false, response: RoomSchema },
    options,
  );
}

/**
 * Changes a room.
 *
 * `PATCH /servers/:serverId/rooms/:roomId`. Users only.
 */
export function updateRoom(
  ctx: UserContext,
  serverId: string,
  roomId: string,
  body: UpdateRoomBody,
  options?: CallOptions,
): LagResult<Room> {
  return call(
    ctx,
    { method: 'PATCH', path: path`/servers/${serverId}/rooms/${roomId}`, body, response: RoomSchema },
    options,
  );
}

/**
 * Deletes a room.
 *
 * `DELETE /servers/:serverId/rooms/:roomId`. Users only.
 */
export function deleteRoom(ctx: UserContext, serverId: string, roomId: string, options?: CallOptions): LagResult<void> {
  return call(ctx, { method: 'DELETE', path: path`/servers/${serverId}/rooms/${roomId}` }, options);
}
