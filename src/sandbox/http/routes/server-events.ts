import * as v from 'valibot';
import { eventView, guestView, rsvpCounts } from '../../views/server-events.js';
import { type Membership, requireGuest, requireMembership, requirePermission } from '../../world/access.js';
import { createEvent } from '../../world/create.js';
import { hasPermission } from '../../world/permissions.js';
import { refuse } from '../../world/refusal.js';
import type { EventRow, UserRow } from '../../world/rows.js';
import { createDueEvents, deletesAt, eventStatus, requireEvent, requireOpenEvent } from '../../world/server-events.js';
import { toIso } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param, type RouteContext } from '../context.js';
import { definedFields, text, textUpTo, time, url } from '../fields.js';

const optional = {
  description: v.optional(v.nullable(textUpTo(2000))),
  coverImageUrl: v.optional(v.nullable(url)),
  endsAt: v.optional(v.nullable(time)),
  externalAccessEnabled: v.optional(v.boolean()),
  externalAutoAdmit: v.optional(v.boolean()),
};
const CreateSchema = v.object({ title: text(1, 100), startsAt: time, ...optional });
const UpdateSchema = v.object({ title: v.optional(text(1, 100)), startsAt: v.optional(time), ...optional });
const RsvpSchema = v.object({ status: v.picklist(['going', 'maybe', 'not_going']) });

export const serverEventRoutes = (api: Api, world: World): void => {
  api.get(
    '/servers/:serverId/events',
    asUser(world, async (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      await createDueEvents(world, server);
      const events = [...server.events.values()]
        .filter((event) => ['scheduled', 'active'].includes(eventStatus(world, event)))
        .sort((a, b) => a.startsAt - b.startsAt);
      return c.json({ events: events.map((event) => eventView(world, server, event, me)) });
    }),
  );

  api.post(
    '/servers/:serverId/events',
    asUser(
      world,
      withBody(CreateSchema, (c, me, body) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_EVENTS');
        if (body.startsAt < world.clock.now()) refuse(400, 'body.startsAt: must not be over');
        requireEndAfterStart(body);
        const event = createEvent(world, server, { ...definedFields(body), createdBy: me.id });
        return c.json(eventView(world, server, event, me), 201);
      }),
    ),
  );

  api.get(
    '/servers/:serverId/events/:eventId',
    asUser(world, (c, me) => {
      const { server, event } = requireEventOf(world, c, me);
      return c.json(eventView(world, server, event, me));
    }),
  );

  api.patch(
    '/servers/:serverId/events/:eventId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server, event } = requireManagedEvent(world, c, me);
        requireOpenEvent(world, event);
        requireEndAfterStart({ ...event, ...definedFields(body) });
        Object.assign(event, definedFields(body));
        if (event.externalAccessEnabled) event.shareCode ??= world.random.text(10);
        return c.json(eventView(world, server, event, me));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/events/:eventId',
    asUser(world, (c, me) => {
      const { event } = requireManagedEvent(world, c, me);
      requireOpenEvent(world, event);
      event.cancelledAt = world.clock.now();
      return c.json({ status: 'cancelled', deletesAt: toIso(deletesAt(event.cancelledAt)) });
    }),
  );

  api.post(
    '/servers/:serverId/events/:eventId/rsvp',
    asUser(
      world,
      withBody(RsvpSchema, (c, me, { status }) => {
        const { event } = requireEventOf(world, c, me);
        requireOpenEvent(world, event);
        event.rsvps.set(me.id, status);
        return c.json({ status, counts: rsvpCounts(event) });
      }),
    ),
  );

  api.post(
    '/servers/:serverId/events/:eventId/external/toggle',
    asUser(world, (c, me) => {
      const { server, event } = requireManagedEvent(world, c, me);
      requireOpenEvent(world, event);
      event.externalAccessEnabled = !event.externalAccessEnabled;
      // The code of an event stays when external access is switched off.
      if (event.externalAccessEnabled) event.shareCode ??= world.random.text(10);
      return c.json(eventView(world, server, event, me));
    }),
  );

  api.get(
    '/servers/:serverId/events/:eventId/guests',
    asUser(world, (c, me) => {
      const { event } = requireManagedEvent(world, c, me);
      return c.json({
        guests: [...event.guests.values()].map(guestView),
      });
    }),
  );

  for (const [verb, status] of [
    ['admit', 'admitted'],
    ['reject', 'rejected'],
  ] as const) {
    api.post(
      `/servers/:serverId/events/:eventId/guests/:guestId/${verb}`,
      asUser(world, (c, me) => {
        const { event } = requireManagedEvent(world, c, me);
        const guest = requireGuest(event, param(c, 'guestId'));
        if (guest.status !== 'pending') refuse(409, `The guest was already ${guest.status}`);
        guest.status = status;
        return c.json({ status });
      }),
    );
  }
};

const requireEventOf = (world: World, c: RouteContext, me: UserRow): Membership & { readonly event: EventRow } => {
  const membership = requireMembership(world, me, param(c, 'serverId'));
  return { ...membership, event: requireEvent(world, membership.server, param(c, 'eventId')) };
};

/** The event, for its creator and for members who have MANAGE_EVENTS. */
const requireManagedEvent = (world: World, c: RouteContext, me: UserRow) => {
  const found = requireEventOf(world, c, me);
  if (found.event.createdBy !== me.id && !hasPermission(found.role, 'MANAGE_EVENTS'))
    refuse(403, 'You need MANAGE_EVENTS');
  return found;
};

const requireEndAfterStart = (times: { startsAt: number; endsAt?: number | null | undefined }): void => {
  if (times.endsAt != null && times.endsAt <= times.startsAt) refuse(400, 'body.endsAt: must be after startsAt');
};
