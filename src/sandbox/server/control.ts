import { Hono } from 'hono';
import { cors } from 'hono/cors';
import * as v from 'valibot';
import type { RoomMessage } from '../../models/room-messages.js';
import { describeIssue, JsonFaultSchema } from '../control/fault-schema.js';
import { adviceForMatch, type SandboxFault } from '../control/faults.js';
import { requireBytes } from '../http/body.js';
import { integer, text, textUpTo, username } from '../http/fields.js';
import { OPERATION_ROUTES } from '../http/operations.js';
import { errorResponse } from '../http/responses.js';
import type { Sandbox } from '../sandbox.js';
import { ROBOT_EVENT_TYPES, ROBOT_PERMISSIONS } from '../world/robot-events.js';
import { refuse, Refusal } from '../world/refusal.js';
import { DAY_MS, toIso } from '../world/time.js';
import type { Guard } from './guard.js';
import { liveResponse, type Subscribe } from './live.js';

// What tests of the same process do with the sandbox's functions, over HTTP for programs in other languages.
// docs/public/sandbox-openapi.json describes it.

/** Paths of the control API start with this. */
export const CONTROL_PATH = '/_sandbox';

const MAX_BODY_BYTES = 64 * 1024;

const webhookUrl = v.pipe(v.string(), v.url('must be a URL'), v.regex(/^https?:/, 'must be an http or https URL'));

const RobotSchema = v.strictObject({
  name: v.optional(text(1, 32)),
  serverId: v.optional(text(1, 200)),
  permissions: v.optional(v.array(v.picklist(ROBOT_PERMISSIONS))),
  events: v.optional(v.array(v.picklist(ROBOT_EVENT_TYPES))),
  delivery: v.optional(
    v.union(
      [v.picklist(['poll', 'sse']), v.strictObject({ url: webhookUrl, secret: v.optional(textUpTo(200)) })],
      'must be "poll", "sse" or { "url": "http…" }',
    ),
  ),
  active: v.optional(v.boolean()),
});

const UserSchema = v.strictObject({
  username: v.optional(username),
  displayName: v.optional(text(1, 64)),
  steamId: v.optional(textUpTo(200)),
});

/** A request may take as long as all timers on the way. */
const MAX_ADVANCE_MS = 366 * DAY_MS;

const ClockSchema = v.strictObject({ advanceMs: integer(0, MAX_ADVANCE_MS) });

/** The control API of one sandbox. */
export const createControl = (
  sandbox: Sandbox,
  subscribe: Subscribe,
  guard: Guard,
): ((request: Request) => Response | Promise<Response>) => {
  const control = new Hono().basePath(CONTROL_PATH);
  const { clock, faults } = sandbox;
  const info = () => ({
    tokens: sandbox.tokens,
    ids: sandbox.ids,
    operations: Object.keys(OPERATION_ROUTES),
    now: toIso(clock.now()),
  });
  const faultLists = () => ({ pending: faults.pending.map(toJson), unmatched: faults.unmatched.map(toJson) });

  control.use(cors({ origin: (origin) => (guard.isAllowedOrigin(origin) ? origin : null), maxAge: 600 }));

  control.get('/', (c) => c.json(info()));

  control.post('/reset', (c) => {
    sandbox.reset();
    return c.json(info());
  });

  control.get('/faults', (c) => c.json(faultLists()));
  control.post('/faults', async (c) => {
    const fault = requireFault(await requireJson(c.req.raw));
    faults.next(fault);
    return c.json(faultLists(), 201);
  });
  control.delete('/faults', (c) => {
    faults.clear();
    return c.json(faultLists());
  });

  control.get('/clock', (c) => c.json({ now: toIso(clock.now()) }));
  control.post('/clock', async (c) => {
    const { advanceMs } = requireShape(ClockSchema, await requireJson(c.req.raw));
    await clock.advance(advanceMs);
    await sandbox.settled();
    return c.json({ now: toIso(clock.now()) });
  });

  control.post('/robots', async (c) => {
    const { id, serverId, token, webhookSecret } = sandbox.addRobot(requireRobot(await requireJson(c.req.raw)));
    return c.json({ id, serverId, token, webhookSecret: webhookSecret || null }, 201);
  });
  control.post('/robots/:robotId/disconnect', (c) => {
    const robotId = c.req.param('robotId');
    if (!sandbox.state.robots.some(({ id }) => id === robotId)) refuse(404, 'Robot not found');
    sandbox.disconnectRobot(robotId);
    return c.json({ ok: true });
  });
  control.post('/users', async (c) => {
    const user = requireShape(UserSchema, await requireJson(c.req.raw));
    return c.json(sandbox.addUser(user), 201);
  });

  control.get('/requests', (c) => {
    const after = c.req.query('after');
    const start = after === undefined ? 0 : sandbox.requests.findIndex(({ id }) => id === after) + 1;
    return c.json(sandbox.requests.slice(start));
  });
  control.get('/messages', (c) => c.json(newestMessages(sandbox, c.req.query('limit'))));
  control.get('/state', (c) => c.json(requireLists(sandbox, c.req.query('lists'))));
  control.get('/live', (c) => liveResponse(subscribe, c.req.raw.signal));

  control.notFound((c) => errorResponse(404, `Route ${c.req.method}:${c.req.path} not found`));
  control.onError((error) =>
    error instanceof Refusal
      ? errorResponse(error.status, error.message)
      : errorResponse(500, `The sandbox failed: ${error.message}`),
  );
  return (request) => control.fetch(request);
};

/** A robot to add, from JSON. */
export type RobotRequest = v.InferOutput<typeof RobotSchema>;

export const requireRobot = (body: unknown): RobotRequest => requireShape(RobotSchema, body);

/** A fault from JSON. Other than `faults.next`, refuses one that can match no request. */
export const requireFault = (body: unknown): SandboxFault => {
  const fault = requireShape(JsonFaultSchema, body) as SandboxFault; // The name of the operation is checked next.
  const advice = adviceForMatch(fault.match);
  return advice ? refuse(400, `match: the fault can match no request. ${advice}`) : fault;
};

/** Numbers that JSON does not have are written as the texts that faults accept for them. */
const toJson = (fault: SandboxFault): unknown => ({
  ...fault,
  ...(fault.match && { match: typeof fault.match === 'function' ? String(fault.match) : printPath(fault.match) }),
  ...(fault.times === Infinity && { times: 'always' }),
  ...(fault.delayMs === Infinity && { delayMs: 'forever' }),
});

const printPath = (match: object): object =>
  'path' in match && match.path instanceof RegExp ? { ...match, path: String(match.path) } : match;

/** The newest messages of all rooms, oldest first. */
const newestMessages = (sandbox: Sandbox, limit = '20'): readonly RoomMessage[] => {
  const count = requireShape(v.pipe(v.string(), v.toNumber(), integer(1, 1000)), limit);
  return sandbox.state.messages.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).slice(-count);
};

/** The lists of the state, or those that the query names. */
const requireLists = (sandbox: Sandbox, names: string | undefined): object => {
  const { state } = sandbox;
  if (names === undefined) return state;
  const lists = new Map<string, unknown>(Object.entries(state));
  return Object.fromEntries(
    names.split(',').map((name) => [name, lists.get(name) ?? refuse(400, `query.lists: there is no list ${name}`)]),
  );
};

const requireJson = async (request: Request): Promise<unknown> => {
  const text = new TextDecoder().decode(await requireBytes(request, MAX_BODY_BYTES));
  let body: unknown = {};
  try {
    if (text) body = JSON.parse(text);
  } catch {
    refuse(400, 'The body is not valid JSON');
  }
  // Schemas of objects accept lists as well.
  return Array.isArray(body) ? refuse(400, 'The body must be an object') : body;
};

const requireShape = <T extends v.GenericSchema>(schema: T, body: unknown): v.InferOutput<T> => {
  const result = v.safeParse(schema, body, { abortEarly: true });
  return result.success ? result.output : refuse(400, describeIssue(result.issues[0]));
};
