import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HttpEvent } from '../../docs/examples/aws-lambda/webhook.js';
import type { default as Proxy } from '../../docs/examples/hono-proxy/app.js';
import { latest } from '../../docs/examples/hono-proxy/client.js';
import { createContext, sendRoomMessage } from '../../src/index.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { deferred } from '../support/results.js';
import { bundleForNode } from './bundle.js';
import { root } from './snippets.js';

// The programs of the page on edge and serverless, each as its platform would call it, against the sandbox.

const folder = `${root}.cache/serverless`;
const sandbox = createSandbox();
const env = {
  LAG_BASE_URL: 'http://127.0.0.1:4010',
  LAG_ROBOT_KEY: sandbox.tokens.robot,
  LAG_SERVER_ID: sandbox.ids.server,
  LAG_ROOM_ID: sandbox.ids.rooms.quiet,
};

beforeAll(async () => {
  const files = [
    'cloudflare-worker/worker',
    'vercel-edge/api/say',
    'aws-lambda/index',
    'aws-lambda/webhook',
    'deno-deploy/main',
    'hono-proxy/app',
  ];
  await bundleForNode(Object.fromEntries(files.map((file) => [file, `${root}docs/examples/${file}.ts`])), folder);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});

afterAll(() => void vi.unstubAllEnvs());

const load = async (file: string) => {
  vi.stubGlobal('fetch', sandbox.fetch);
  return import(/* @vite-ignore */ pathToFileURL(`${folder}/${file}.js`).href);
};

const post = (body: string) => new Request('https://say.example/', { method: 'POST', body });
const said = () =>
  sandbox.state.messages.filter(({ roomId }) => roomId === env.LAG_ROOM_ID).map(({ content }) => content);

test.each([
  ['Cloudflare', 'cloudflare-worker/worker', (module: Module, request: Request) => module.default.fetch(request, env)],
  ['Vercel', 'vercel-edge/api/say', (module: Module, request: Request) => module.default(request)],
  ['Deno', 'deno-deploy/main', (module: Module, request: Request) => module.default.fetch(request)],
] as const)('%s says it, refuses other methods and passes a refusal on', async (name, file, run) => {
  const module = await load(file);
  const created = await run(module, post(`from ${name}`));
  expect(created.status).toBe(201);
  expect(await created.json()).toEqual({ id: expect.any(String) });
  expect(said()).toContain(`from ${name}`);
  expect((await run(module, new Request('https://say.example/'))).status).toBe(405);
  const refused = await run(module, post(''));
  expect(refused.status).toBe(400);
  expect(await refused.json()).toEqual({ error: 'api' });
});

test('Lambda says it, refuses other methods and passes a refusal on', async () => {
  const { handler } = await load('aws-lambda/index');
  const call = (method: string, body: string, isBase64Encoded = false) =>
    handler({ requestContext: { http: { method } }, body, isBase64Encoded });
  expect((await call('POST', btoa('from Lambda'), true)).statusCode).toBe(201);
  expect(said()).toContain('from Lambda');
  expect((await call('GET', '')).statusCode).toBe(405);
  expect(await call('POST', '')).toEqual({ statusCode: 400, body: '{"error":"api"}' });
});

test.each(['cloudflare-worker/worker', 'vercel-edge/api/say', 'aws-lambda/index', 'deno-deploy/main'])(
  '%s never sends the key of a sandbox to the real API',
  async (file) => {
    const { LAG_BASE_URL: _, ...withoutUrl } = env;
    const before = sandbox.requests.length;
    vi.stubGlobal('fetch', sandbox.fetch);
    for (const baseUrl of [undefined, 'https://api.trylag.com']) {
      vi.stubEnv('LAG_BASE_URL', baseUrl);
      const start = async () => {
        const url = pathToFileURL(`${folder}/${file}.js`).href;
        const module = (await import(/* @vite-ignore */ `${url}?${String(baseUrl)}`)) as Module;
        // Only a worker reads its variables later.
        await module.default.fetch(post('hello'), { ...withoutUrl, ...(baseUrl && { LAG_BASE_URL: baseUrl }) });
      };
      await expect(start()).rejects.toThrow('LAG_ROBOT_KEY is of a sandbox: set LAG_BASE_URL');
    }
    vi.stubEnv('LAG_BASE_URL', env.LAG_BASE_URL);
    expect(sandbox.requests).toHaveLength(before);
  },
);

test('no platform passes the 401 for its own key on, or takes a wrong answer for a success', async () => {
  const answers = [
    [() => Response.json({ message: 'revoked' }, { status: 401 }), 'auth'],
    [() => Response.json({ surprise: true }), 'invalid_response'],
    [() => new Response(null, { status: 302, headers: { location: 'https://elsewhere.test/' } }), 'api'],
  ] as const;
  const cloudflare = await load('cloudflare-worker/worker');
  const vercel = await load('vercel-edge/api/say');
  const deno = await load('deno-deploy/main');
  const lambda = await load('aws-lambda/index');
  for (const [answer, kind] of answers) {
    vi.stubGlobal('fetch', async () => answer());
    for (const run of [
      () => cloudflare.default.fetch(post('hello'), env),
      () => vercel.default(post('hello')),
      () => deno.default.fetch(post('hello')),
    ]) {
      const response: Response = await run();
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual({ error: kind });
    }
    const event = { requestContext: { http: { method: 'POST' } }, body: 'hello', isBase64Encoded: false };
    expect(await lambda.handler(event)).toEqual({ statusCode: 502, body: JSON.stringify({ error: kind }) });
  }
});

const WEBHOOK_SECRET = `whsec_${btoa('a secret of twenty-four!')}`;

/** A delivery as the services in front of a Lambda pass it on. */
const eventShapes: readonly (readonly [string, (request: Request, body: string) => HttpEvent])[] = [
  [
    'API Gateway v1',
    ({ headers, method }, body) => ({
      httpMethod: method,
      // As they were sent, in any case.
      headers: Object.fromEntries([...headers].map(([name, value]) => [name.toUpperCase(), value])),
      multiValueHeaders: Object.fromEntries([...headers].map(([name, value]) => [name.toUpperCase(), [value]])),
      requestContext: {},
      body,
      isBase64Encoded: false,
    }),
  ],
  [
    'API Gateway v2 with a base64 body',
    ({ headers, method }, body) => ({
      headers: Object.fromEntries(headers),
      requestContext: { http: { method } },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    }),
  ],
  [
    'a load balancer with headers of several values',
    ({ headers, method }, body) => ({
      httpMethod: method,
      multiValueHeaders: Object.fromEntries([...headers].map(([name, value]) => [name, [value]])),
      requestContext: {},
      body,
      isBase64Encoded: false,
    }),
  ],
];

test.each(eventShapes)('Lambda takes webhooks behind %s', async (name, toEvent) => {
  const own = createSandbox();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.stubEnv('LAG_WEBHOOK_SECRET', WEBHOOK_SECRET);
  vi.stubGlobal('fetch', own.fetch);
  const statuses: number[] = [];
  const started = deferred();
  interface Lambda {
    readonly handler: (event: HttpEvent) => Promise<{ statusCode: number }>;
  }
  const lambda: Promise<Lambda> = started.promise.then(
    () => import(/* @vite-ignore */ `${pathToFileURL(`${folder}/aws-lambda/webhook.js`).href}?${name}`),
  );
  const call = async (request: Request): Promise<Response> => {
    const body = await request.text();
    // A body that was changed on the way is refused.
    const { handler } = await lambda;
    statuses.push((await handler(toEvent(request, `${body} `))).statusCode);
    const { statusCode } = await handler(toEvent(request, body));
    statuses.push(statusCode);
    return new Response(null, { status: statusCode });
  };
  const robot = own.addRobot({ events: ['room.message'], delivery: { handler: call, secret: WEBHOOK_SECRET } });
  vi.stubEnv('LAG_ROBOT_KEY', robot.token);
  // It reads the environment when it is loaded.
  started.resolve();
  const ada = createContext(own.tokens.ada, { transport: own.transport });
  await sendRoomMessage(ada, own.ids.server, own.ids.rooms.quiet, { content: '!ping größer \u{1f680}' });
  await own.settled();
  expect(own.state.messages.at(-1)).toMatchObject({ content: 'pong' });
  // The second delivery is of the robot's own message.
  expect(statuses).toEqual([401, 204, 401, 204]);
});

test('Lambda refuses what is no delivery, whatever it is passed', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { handler } = await load('aws-lambda/webhook');
  const empty = { isBase64Encoded: false };
  expect((await handler(empty)).statusCode).toBe(405);
  expect((await handler({ ...empty, httpMethod: 'POST', headers: null, body: null })).statusCode).toBe(401);
  expect(
    (await handler({ ...empty, requestContext: { http: { method: 'POST' } }, body: 'forged', isBase64Encoded: true }))
      .statusCode,
  ).toBe(401);
});

describe('the proxy with Hono', () => {
  let proxy: typeof Proxy;
  beforeAll(async () => {
    ({ default: proxy } = await load('hono-proxy/app'));
  });
  beforeEach(() => void vi.stubGlobal('fetch', sandbox.fetch));

  const ask = async (path: string, init?: RequestInit) => proxy.request(path, init, env);
  const throughProxy: typeof fetch = async (input, init) => ask(String(input), init);

  test('answers its client, whose types come from its routes', async () => {
    const path = `/rooms/${env.LAG_ROOM_ID}/messages`;
    expect((await ask(path, { method: 'POST', body: 'from Hono' })).status).toBe(201);
    const lines = await latest('http://proxy.test', env.LAG_ROOM_ID, throughProxy);
    expect(lines.at(-1)).toBe('Beacon: from Hono');
  });

  test('says what went wrong with a status of its own', async () => {
    expect(await latest('http://proxy.test', 'no-such-room', throughProxy)).toEqual(['no messages: not_found']);
    expect((await ask('/rooms/no-such-room/messages')).status).toBe(404);
    expect((await ask('/rooms/%2E%2E/messages', { method: 'POST', body: 'x' })).status).toBeGreaterThanOrEqual(400);
    const revoked = await proxy.request('/rooms/r/messages', {}, { ...env, LAG_ROBOT_KEY: 'lag_robot_of_nobody' });
    expect(revoked.status).toBe(502);
  });
});

interface Module {
  readonly default: ((request: Request) => Promise<Response>) & {
    fetch(request: Request, env?: Record<string, string>): Promise<Response>;
  };
}
