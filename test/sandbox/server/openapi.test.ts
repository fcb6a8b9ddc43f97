import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { OPERATION_ROUTES } from '../../../src/sandbox/http/operations.js';
import { ROBOT_EVENT_TYPES, ROBOT_PERMISSIONS } from '../../../src/sandbox/world/robot-events.js';
import { asker, serveForTest } from '../support.js';

// docs/public/sandbox-openapi.json against the sandbox itself.

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: object }>>;

const document = JSON.parse(readFileSync('docs/public/sandbox-openapi.json', 'utf8')) as {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { enum?: string[]; properties: Record<string, object> }>>;
  };
};

const ajv = new Ajv2020.default({ strict: false });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi.json');

/** What of a value does not fit the schema at that place of the document. */
const problems = (pointer: string, value: unknown) => {
  const validate = ajv.compile({ $ref: `openapi.json#/${pointer}` });
  return validate(value) ? [] : validate.errors;
};

const escape = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Requests of every operation: what is sent, and the status that comes back. */
const CASES: [id: string, path: string, status: number, body?: unknown][] = [
  ['getSandbox', '/_sandbox', 200],
  ['resetSandbox', '/_sandbox/reset', 200],
  ['listFaults', '/_sandbox/faults', 200],
  ['addFault', '/_sandbox/faults', 201, { match: { operation: 'getMe', method: 'GET' }, status: 503, retryAfter: '5' }],
  ['addFault', '/_sandbox/faults', 201, { delayMs: 'forever', times: 'always', applied: true }],
  ['addFault', '/_sandbox/faults', 400, { nothing: true }],
  ['addFault', '/_sandbox/faults', 413, { body: 'x'.repeat(100_000) }],
  ['clearFaults', '/_sandbox/faults', 200],
  ['getClock', '/_sandbox/clock', 200],
  ['moveClock', '/_sandbox/clock', 200, { advanceMs: 1000 }],
  ['moveClock', '/_sandbox/clock', 400, {}],
  ['addRobot', '/_sandbox/robots', 201],
  [
    'addRobot',
    '/_sandbox/robots',
    201,
    { name: 'x', permissions: ROBOT_PERMISSIONS, events: ROBOT_EVENT_TYPES, active: false },
  ],
  ['addRobot', '/_sandbox/robots', 201, { delivery: { url: 'http://127.0.0.1:9/' } }],
  ['addRobot', '/_sandbox/robots', 400, { delivery: 'push' }],
  ['disconnectRobot', '/_sandbox/robots/nobody/disconnect', 404],
  ['addUser', '/_sandbox/users', 201, { username: 'eve', displayName: 'Eve' }],
  ['addUser', '/_sandbox/users', 400, { username: 'e' }],
  ['listRequests', '/_sandbox/requests', 200],
  ['listRequests', '/_sandbox/requests?after=req_000001', 200],
  ['listNewestMessages', '/_sandbox/messages?limit=2', 200],
  ['listNewestMessages', '/_sandbox/messages?limit=0', 400],
  ['getState', '/_sandbox/state', 200],
  ['getState', '/_sandbox/state?lists=messages,robots', 200],
  ['getState', '/_sandbox/state?lists=all', 400],
];

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

test.each(CASES)('%s %s answers %i as described', async (id, path, status, body) => {
  const { url, sandbox } = await serveForTest();
  const ask = asker(url);
  await ask('/users/me', { token: sandbox.tokens.ada });
  await ask('/friends/request', { token: sandbox.tokens.dan, json: { username: 'ada' } });
  await ask('/nothing');
  const found = operations.find(({ operation }) => operation.operationId === id)!;
  const place = `paths/${escape(found.path)}/${found.method}`;
  if (body !== undefined && status < 300)
    expect(problems(`${place}/requestBody/content/application~1json/schema`, body)).toEqual([]);
  if (body !== undefined && status === 400)
    expect(problems(`${place}/requestBody/content/application~1json/schema`, body)).not.toEqual([]);
  const reply = await ask(path, { method: found.method.toUpperCase(), ...(body !== undefined && { json: body }) });
  expect(reply.status).toBe(status);
  expect(problems(`${place}/responses/${status}/content/application~1json/schema`, reply.json)).toEqual([]);
});

test('every operation is described and tried', () => {
  const described = operations.map(({ operation }) => operation.operationId);
  expect(new Set(described).size).toBe(described.length);
  // The stream has a test of its own.
  expect(new Set([...CASES.map(([id]) => id), 'streamRequests'])).toEqual(new Set(described));
});

test('names of operations, permissions, events and lists are those of the sandbox', async () => {
  const { schemas } = document.components;
  const { sandbox } = await serveForTest();
  expect(schemas['Operation']!.enum).toEqual(Object.keys(OPERATION_ROUTES));
  expect(Object.keys(schemas['State']!.properties)).toEqual(Object.keys(sandbox.state));
  const { permissions, events } = schemas['NewRobot']!.properties as Record<string, { items: { enum: string[] } }>;
  expect(permissions!.items.enum).toEqual(ROBOT_PERMISSIONS);
  expect(events!.items.enum).toEqual(ROBOT_EVENT_TYPES);
});
