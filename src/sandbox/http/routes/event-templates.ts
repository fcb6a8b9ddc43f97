import * as v from 'valibot';
import type { Hono } from 'hono';
import { enter } from '../../world/access.js';
import { asUser } from '../auth.js';
import { refuse, withBody } from '../requests.js';
import { checkSchedule, nextOccurrence } from '../../world/occurrences.js';
import { given, text, urlText, whole } from '../schemas.js';
import { eventStatus, isoOrNull, templateView } from '../../views/views.js';
import type { ServerRow, TemplateRow, World } from '../../world/world.js';

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
  description: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2000, 'must be at most 2000 characters long')))),
  coverImageUrl: v.optional(v.nullable(urlText)),
  durationMinutes: v.optional(v.nullable(whole(1, 10_080))),
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

export const eventTemplateRoutes = (api: Hono, world: World): void => {
  const find = (server: ServerRow, templateId: string): TemplateRow =>
    server.templates.get(templateId) ?? refuse(404, 'Template not found');

  const dropScheduled = (server: ServerRow, templateId: string): void => {
    for (const event of server.events.values())
      if (event.templateId === templateId && eventStatus(world, event) === 'scheduled') server.events.delete(event.id);
  };

  const view = async (server: ServerRow, template: TemplateRow) => ({
    ...templateView(server, template),
    nextOccurrenceAt: isoOrNull(await nextOccurrence(template, world.clock.now())),
  });

  api.get(
    '/servers/:serverId/event-templates',
    asUser(world, async (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!);
      return c.json({
        templates: await Promise.all([...server.templates.values()].map((template) => view(server, template))),
      });
    }),
  );

  api.post(
    '/servers/:serverId/event-templates',
    asUser(
      world,
      withBody(CreateSchema, async (c, me, body) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_EVENTS');
        const now = world.clock.now();
        const template: TemplateRow = {
          id: world.random.id(),
          description: null,
          coverImageUrl: null,
          durationMinutes: null,
          externalAccessEnabled: false,
          externalAutoAdmit: false,
          ...given(body),
          createdBy: me.id,
          createdAt: now,
          madeUntil: now,
        };
        await checkSchedule(template);
        server.templates.set(template.id, template);
        return c.json(await view(server, template), 201);
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/event-templates/:templateId',
    asUser(
      world,
      withBody(UpdateSchema, async (c, me, body) => {
        const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_EVENTS');
        const template = find(server, c.req.param('templateId')!);
        const changes = given(body);
        await checkSchedule({ ...template, ...changes });
        Object.assign(template, changes);
        // What was made by the old rule is made anew by the new one.
        dropScheduled(server, template.id);
        template.madeUntil = world.clock.now();
        return c.json(await view(server, template));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/event-templates/:templateId',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_EVENTS');
      const template = find(server, c.req.param('templateId')!);
      server.templates.delete(template.id);
      dropScheduled(server, template.id);
      return c.json({ ok: true });
    }),
  );
};
