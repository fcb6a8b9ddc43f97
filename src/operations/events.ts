import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { EventId, ServerId } from '../models/ids.js';
import {
  CancelEventResponseSchema,
  type CancelEventResponse,
  ServerEventSchema,
  ServerEventListSchema,
  type CreateEventBody,
  type ServerEvent,
  type RsvpStatus,
  type UpdateEventBody,
  RsvpResultSchema,
  type RsvpResult,
} from '../models/events.js';
import type { Open } from '../models/fields.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the events of a server that are to come or under way.
 *
 * `GET /servers/:serverId/events`. Users only.
 */
export function listEvents(ctx: UserContext, serverId: ServerId, options?: CallOptions): LagResult<ServerEvent[]> {
  return call(
    ctx,
    { name: 'listEvents', path: path`/servers/${serverId}/events`, response: ServerEventListSchema },
    options,
  ).map((answer) => answer.events);
}

/**
 * Makes an event.
 *
 * `POST /servers/:serverId/events`. Users only.
 */
export function createEvent(
  ctx: UserContext,
  serverId: ServerId,
  body: CreateEventBody,
  options?: CallOptions,
): LagResult<ServerEvent> {
  return call(
    ctx,
    {
      name: 'createEvent',
      method: 'POST',
      path: path`/servers/${serverId}/events`,
      body,
      idempotent: false,
      response: ServerEventSchema,
    },
    options,
  );
}

/**
 * Gets an event.
 *
 * `GET /servers/:serverId/events/:eventId`. Users only.
 */
export function getEvent(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  options?: CallOptions,
): LagResult<ServerEvent> {
  return call(
    ctx,
    { name: 'getEvent', path: path`/servers/${serverId}/events/${eventId}`, response: ServerEventSchema },
    options,
  );
}

/**
 * Changes an event.
 *
 * `PATCH /servers/:serverId/events/:eventId`. Users only.
 */
export function updateEvent(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  body: UpdateEventBody,
  options?: CallOptions,
): LagResult<ServerEvent> {
  return call(
    ctx,
    {
      name: 'updateEvent',
      method: 'PATCH',
      path: path`/servers/${serverId}/events/${eventId}`,
      body,
      response: ServerEventSchema,
    },
    options,
  );
}

/**
 * Cancels an event; it is deleted for good later, at `deletesAt`.
 *
 * `DELETE /servers/:serverId/events/:eventId`. Users only.
 */
export function cancelEvent(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  options?: CallOptions,
): LagResult<CancelEventResponse> {
  return call(
    ctx,
    {
      name: 'cancelEvent',
      method: 'DELETE',
      path: path`/servers/${serverId}/events/${eventId}`,
      response: CancelEventResponseSchema,
    },
    options,
  );
}

/**
 * Answers an event.
 *
 * `POST /servers/:serverId/events/:eventId/rsvp`. Users only.
 */
export function rsvpEvent(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  status: Open<RsvpStatus>,
  options?: CallOptions,
): LagResult<RsvpResult> {
  return call(
    ctx,
    {
      name: 'rsvpEvent',
      method: 'POST',
      path: path`/servers/${serverId}/events/${eventId}/rsvp`,
      body: { status },
      response: RsvpResultSchema,
    },
    options,
  );
}

/**
 * Opens an event to guests from outside of the server, or closes it to them.
 *
 * `POST /servers/:serverId/events/:eventId/external/toggle`. Users only.
 */
export function toggleEventExternalAccess(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  options?: CallOptions,
): LagResult<ServerEvent> {
  return call(
    ctx,
    {
      name: 'toggleEventExternalAccess',
      method: 'POST',
      path: path`/servers/${serverId}/events/${eventId}/external/toggle`,
      idempotent: false,
      response: ServerEventSchema,
    },
    options,
  );
}
