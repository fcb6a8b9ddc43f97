import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSandbox } from '../../src/sandbox/index.js';
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
  const files = ['cloudflare-worker/worker', 'vercel-edge/api/say', 'aws-lambda/index', 'deno-deploy/main'];
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

interface Module {
  readonly default: ((request: Request) => Promise<Response>) & {
    fetch(request: Request, env?: Record<string, string>): Promise<Response>;
  };
}
