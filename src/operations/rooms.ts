import type { CallOptions } from '../call-options.js';
import type { LagContext, UserContext } from '../context.js';
import type { RoomId, ServerId } from '../models/ids.js';
import { RoomSchema, RoomListSchema, type CreateRoomBody, type Room, type UpdateRoomBody } from '../models/rooms.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the rooms of a server.
 *
 * `GET /servers/:serverId/rooms`. Robots need `read_rooms`. That users may call it is not confirmed; `getServer` has
 * the rooms too.
 */
export function listRooms(ctx: LagContext, serverId: ServerId, options?: CallOptions): LagResult<Room[]> {
  return call(
    ctx,
    { name: 'listRooms', path: path`/servers/${serverId}/rooms`, robot: 'rewrite', response: RoomListSchema },
    options,
  );
}

/**
 * Makes a room.
 *
 * `POST /servers/:serverId/rooms`. Users only.
 */
export function createRoom(
  ctx: UserContext,
  serverId: ServerId,
  body: CreateRoomBody,
  options?: CallOptions,
): LagResult<Room> {
  return call(
    ctx,
    {
      name: 'createRoom',
      method: 'POST',
      path: path`/servers/${serverId}/rooms`,
      body,
      idempotent: false,
      response: RoomSchema,
    },
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
  serverId: ServerId,
  roomId: RoomId,
  body: UpdateRoomBody,
  options?: CallOptions,
): LagResult<Room> {
  return call(
    ctx,
    {
      name: 'updateRoom',
      method: 'PATCH',
      path: path`/servers/${serverId}/rooms/${roomId}`,
      body,
      response: RoomSchema,
    },
    options,
  );
}

/**
 * Deletes a room.
 *
 * `DELETE /servers/:serverId/rooms/:roomId`. Users only.
 */
export function deleteRoom(
  ctx: UserContext,
  serverId: ServerId,
  roomId: RoomId,
  options?: CallOptions,
): LagResult<void> {
  return call(ctx, { name: 'deleteRoom', method: 'DELETE', path: path`/servers/${serverId}/rooms/${roomId}` }, options);
}
