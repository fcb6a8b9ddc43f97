import * as v from 'valibot';
import { templateView } from '../../views/server-events.js';
import { requireMembership, requirePermission, requireTemplate } from '../../world/access.js';
import type { ServerRow, TemplateRow } from '../../world/rows.js';
import { nextOccurrence, removeScheduledEvents, requireValidSchedule } from '../../world/server-events.js';
import { toIsoOrNull } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param } from '../context.js';
import { definedFields, integer, text, textUpTo, url } from '../fields.js';

const rrule = v.pipe(
  v.string(),
  v.maxLength(500, 'must be at most 500 characters long'),
  v.regex(/^(RRULE:)?[A-Z]+=[\w,+-]+(;[A-Z]+=[\w,+-]+)*$/, 'must be an iCalendar RRULE'),
  v.regex(/\bFREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)\b/, 'must have a FREQ of DAILY, WEEKLY, MONTHLY or YEARLY'),
  v.check((rule) => !/BY(HOUR|MINUTE|SECOND)=/.test(rule), 'must leave the time to startTime'),
  v.transform((rule) => rule.replace(/^RRULE:/, '')),
);
const timezone = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/, 'must be a time zone such as Europe/Berlin'),
);
const startTime = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM'));

const optional = {
  description: v.optional(v.nullable(textUpTo(2000))),
  coverImageUrl: v.optional(v.nullable(url)),
  durationMinutes: v.optional(v.nullable(integer(1, 10_080))),
  externalAccessEnabled: v.optional(v.boolean()),
  externalAutoAdmit: v.optional(v.boolean()),
};
const CreateSchema = v.object({ title: text(1, 100), rrule, timezone, startTime, ...optional });
const UpdateSchema = v.object({
  title: v.optional(text(1, 100)),
  rrule: v.optional(rrule),
  timezone: v.optional(timezone),
  startTime: v.optional(startTime),
  ...optional,
});

export const eventTemplateRoutes = (api: Api, world: World): void => {
  const viewWithNext = async (server: ServerRow, template: TemplateRow) => ({
    ...templateView(server, template),
    nextOccurrenceAt: toIsoOrNull(await nextOccurrence(template, world.clock.now())),
  });

  api.get(
    '/servers/:serverId/event-templates',
    asUser(world, async (c, me) => {
      const { server } = requireMembership(world, me, param(c, 'serverId'));
      return c.json({
        templates: await Promise.all([...server.templates.values()].map((template) => viewWithNext(server, template))),
      });
    }),
  );

  api.post(
    '/servers/:serverId/event-templates',
    asUser(
      world,
      withBody(CreateSchema, async (c, me, body) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_EVENTS');
        const now = world.clock.now();
        const template: TemplateRow = {
          id: world.random.id(),
          description: null,
          coverImageUrl: null,
          durationMinutes: null,
          externalAccessEnabled: false,
          externalAutoAdmit: false,
          ...definedFields(body),
          createdBy: me.id,
          createdAt: now,
          createdUntil: now,
        };
        await requireValidSchedule(template);
        server.templates.set(template.id, template);
        return c.json(await viewWithNext(server, template), 201);
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/event-templates/:templateId',
    asUser(
      world,
      withBody(UpdateSchema, async (c, me, body) => {
        const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_EVENTS');
        const template = requireTemplate(server, param(c, 'templateId'));
        const changes = definedFields(body);
        await requireValidSchedule({ ...template, ...changes });
        Object.assign(template, changes);
        // Events of the old rule are created again by the new one.
        removeScheduledEvents(world, server, template.id);
        template.createdUntil = world.clock.now();
        return c.json(await viewWithNext(server, template));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/event-templates/:templateId',
    asUser(world, (c, me) => {
      const { server } = requirePermission(world, me, param(c, 'serverId'), 'MANAGE_EVENTS');
      const template = requireTemplate(server, param(c, 'templateId'));
      server.templates.delete(template.id);
      removeScheduledEvents(world, server, template.id);
      return c.json({ ok: true });
    }),
  );
};
