import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { EventGuestId, EventId, ServerId } from '../models/ids.js';
import {
  EventGuestListSchema,
  type EventGuest,
  GuestDecisionSchema,
  type GuestDecision,
} from '../models/event-guests.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the guests of an event.
 *
 * `GET /servers/:serverId/events/:eventId/guests`. Users only.
 */
export function listEventGuests(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  options?: CallOptions,
): LagResult<EventGuest[]> {
  return call(
    ctx,
    {
      name: 'listEventGuests',
      path: path`/servers/${serverId}/events/${eventId}/guests`,
      response: EventGuestListSchema,
    },
    options,
  ).map((answer) => answer.guests);
}

/**
 * Lets a guest in.
 *
 * `POST /servers/:serverId/events/:eventId/guests/:guestId/admit`. Users only.
 */
export function admitEventGuest(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  guestId: EventGuestId,
  options?: CallOptions,
): LagResult<GuestDecision> {
  return call(
    ctx,
    {
      name: 'admitEventGuest',
      method: 'POST',
      path: path`/servers/${serverId}/events/${eventId}/guests/${guestId}/admit`,
      response: GuestDecisionSchema,
    },
    options,
  );
}

/**
 * Turns a guest away.
 *
 * `POST /servers/:serverId/events/:eventId/guests/:guestId/reject`. Users only.
 */
export function rejectEventGuest(
  ctx: UserContext,
  serverId: ServerId,
  eventId: EventId,
  guestId: EventGuestId,
  options?: CallOptions,
): LagResult<GuestDecision> {
  return call(
    ctx,
    {
      name: 'rejectEventGuest',
      method: 'POST',
      path: path`/servers/${serverId}/events/${eventId}/guests/${guestId}/reject`,
      response: GuestDecisionSchema,
    },
    options,
  );
}
