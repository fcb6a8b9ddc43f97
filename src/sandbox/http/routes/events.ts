import * as v from 'valibot';
import type { Context, Hono } from 'hono';
import { enter, findEvent, type Membership } from '../../world/access.js';
import { Permission } from '../../../models/roles.js';
import { asUser } from '../auth.js';
import { refuse, withBody } from '../requests.js';
import { makeEvent } from '../../world/make.js';
import { deletesAt, liveEvents, makeDueEvents } from '../../world/occurrences.js';
import { given, text, time, urlText } from '../schemas.js';
import { eventStatus, eventView, guestView, iso, rsvpCounts } from '../../views/views.js';
import type { EventRow, UserRow, World } from '../../world/world.js';

const optional = {
  description: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2000, 'must be at most 2000 characters long')))),
  coverImageUrl: v.optional(v.nullable(urlText)),
  endsAt: v.optional(v.nullable(time)),
  externalAccessEnabled: v.optional(v.boolean()),
  externalAutoAdmit: v.optional(v.boolean()),
};
const CreateSchema = v.object({ title: text(1, 100), startsAt: time, ...optional });
const UpdateSchema = v.object({ title: v.optional(text(1, 100)), startsAt: v.optional(time), ...optional });
const RsvpSchema = v.object({ status: v.picklist(['going', 'maybe', 'not_going']) });

export const eventRoutes = (api: Hono, world: World): void => {
  api.get(
    '/servers/:serverId/events',
    asUser(world, async (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!);
      await makeDueEvents(world, server);
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
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_EVENTS');
        if (body.startsAt < world.clock.now()) refuse(400, 'body.startsAt: must not be over');
        endsAfterStart(body);
        const event = makeEvent(world, server, { ...given(body), createdBy: me.id });
        return c.json(eventView(world, server, event, me), 201);
      }),
    ),
  );

  api.get(
    '/servers/:serverId/events/:eventId',
    asUser(world, (c, me) => {
      const { server, event } = come(world, c, me);
      return c.json(eventView(world, server, event, me));
    }),
  );

  api.patch(
    '/servers/:serverId/events/:eventId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server, event } = manage(world, c, me);
        open(world, event);
        endsAfterStart({ ...event, ...given(body) });
        Object.assign(event, given(body));
        if (event.externalAccessEnabled) event.shareCode ??= world.random.text(10);
        return c.json(eventView(world, server, event, me));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/events/:eventId',
    asUser(world, (c, me) => {
      const { event } = manage(world, c, me);
      open(world, event);
      event.cancelledAt = world.clock.now();
      return c.json({ status: 'cancelled', deletesAt: iso(deletesAt(event.cancelledAt)) });
    }),
  );

  api.post(
    '/servers/:serverId/events/:eventId/rsvp',
    asUser(
      world,
      withBody(RsvpSchema, (c, me, { status }) => {
        const { event } = come(world, c, me);
        open(world, event);
        event.rsvps.set(me.id, status);
        return c.json({ status, counts: rsvpCounts(event) });
      }),
    ),
  );

  api.post(
    '/servers/:serverId/events/:eventId/external/toggle',
    asUser(world, (c, me) => {
      const { server, event } = manage(world, c, me);
      open(world, event);
      event.externalAccessEnabled = !event.externalAccessEnabled;
      event.shareCode = event.externalAccessEnabled ? world.random.text(10) : null;
      return c.json(eventView(world, server, event, me));
    }),
  );

  api.get(
    '/servers/:serverId/events/:eventId/guests',
    asUser(world, (c, me) => {
      const { event } = manage(world, c, me);
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
        const { event } = manage(world, c, me);
        const guest = event.guests.get(c.req.param('guestId')!) ?? refuse(404, 'Guest not found');
        if (guest.status !== 'pending') refuse(409, `The guest was ${guest.status} already`);
        guest.status = status;
        return c.json({ status });
      }),
    );
  }
};

const come = (world: World, c: Context, me: UserRow): Membership & { event: EventRow } => {
  const membership = enter(world, me, c.req.param('serverId')!);
  const event = findEvent(membership.server, c.req.param('eventId')!);
  if (!liveEvents(world, membership.server).includes(event)) refuse(404, 'Event not found');
  return { ...membership, event };
};

/** For who made the event, and for who has MANAGE_EVENTS. */
const manage = (world: World, c: Context, me: UserRow) => {
  const found = come(world, c, me);
  if (found.event.createdBy !== me.id && !(found.role.permissions & Permission.MANAGE_EVENTS))
    refuse(403, 'You need MANAGE_EVENTS');
  return found;
};

const open = (world: World, event: EventRow): void => {
  const status = eventStatus(world, event);
  if (status === 'cancelled' || status === 'ended') refuse(409, `The event is ${status}`);
};

const endsAfterStart = ({ startsAt, endsAt }: { startsAt: number; endsAt?: number | null | undefined }): void => {
  if (endsAt != null && endsAt <= startsAt) refuse(400, 'body.endsAt: must be after startsAt');
};
