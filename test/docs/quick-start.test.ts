import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';
import { serveForTest } from '../sandbox/support.js';
import { bundleForNode } from './bundle.js';
import { root } from './snippets.js';

// docs/examples/quick-start.mjs, as `npm run demo` runs it.

const folder = `${root}.cache/quick-start`;

beforeAll(() => bundleForNode({ quickStart: `${root}docs/examples/quick-start.mjs` }, folder));

const run = async (variables: Record<string, string>) => {
  const { LAG_TOKEN: _, LAG_ROBOT_KEY: __, LAG_BASE_URL: ___, ...environment } = process.env;
  const child = spawn(process.execPath, [`${folder}/quickStart.js`], { env: { ...environment, ...variables } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code, output };
};

test('does everything on a sandbox of its own', async () => {
  const { code, output } = await run({});
  expect(code).toBe(0);
  expect(output).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+/);
  expect(output).toMatch(/is ready/);
  expect(output).toMatch(/permission: .*HTTP 403/);
  expect(output).toMatch(/rate_limit: wait/);
});

test('reads from the sandbox whose variables it is given, as a user and as a robot', async () => {
  const { url, sandbox } = await serveForTest();
  const asUser = await run({ LAG_BASE_URL: url, LAG_TOKEN: sandbox.tokens.ada });
  expect(asUser).toMatchObject({ code: 0, output: expect.stringContaining('user Ada') });
  const asRobot = await run({ LAG_BASE_URL: url, LAG_ROBOT_KEY: sandbox.tokens.robot });
  expect(asRobot).toMatchObject({ code: 0, output: expect.stringContaining('robot Beacon') });
  expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
});

test.each([
  [{ LAG_TOKEN: 'lag_pat_sandbox_x' }, 'LAG_TOKEN'],
  [{ LAG_ROBOT_KEY: 'lag_robot_sandboxx_x' }, 'LAG_ROBOT_KEY'],
  [{ LAG_TOKEN: 'lag_pat_sandbox_x', LAG_BASE_URL: 'https://api.trylag.com' }, 'LAG_TOKEN'],
])('refuses to send a token of a sandbox to the real API: %j', async (variables, name) => {
  expect(await run(variables)).toEqual({
    code: 1,
    output: `${name} is of a sandbox: set LAG_BASE_URL to the address of the sandbox, or unset ${name}\n`,
  });
});
