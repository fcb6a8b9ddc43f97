import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/index.js';
import { VERSION } from '../../src/version.js';
import { asker } from './support.js';

// The command in a process of its own, made of its source as the build makes it.

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lagclient-cli-'));
  await build({
    entryPoints: ['src/sandbox/cli.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'cli.mjs'),
    logLevel: 'silent',
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => {
  const child = spawn(process.execPath, [join(folder, 'cli.mjs'), ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.on('data', (data) => (output.out += data));
  child.stderr.on('data', (data) => (output.err += data));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const says = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output.out);
      if (found) return found[1] ?? found[0];
      await Promise.race([once(child.stdout, 'data'), ended]);
      if (child.exitCode !== null && !pattern.test(output.out))
        throw new Error(`ended with ${child.exitCode}: ${output.err}`);
    }
  };
  return { child, output, ended, says };
};

// Windows has no signals: a process cannot interrupt another one there, only end it.
test.skipIf(process.platform === 'win32')(
  'prints its address and tokens that work, logs each request, and ends cleanly on SIGINT',
  async () => {
    const { child, output, ended, says } = run('--port', '0', '--seed', 'cli');
    const url = await says(/Lag sandbox on (http:\/\/127\.0\.0\.1:\d+)/);
    const token = await says(/export LAG_TOKEN=(lag_pat_\w+)/);
    await says(/Ctrl-C/);
    const { tokens } = createSandbox({ seed: 'cli' });
    for (const each of Object.values(tokens)) expect(output.out).toContain(each);
    expect(token).toBe(tokens.ada);
    const ask = asker(url);
    expect((await ask('/users/me?x=1', { token })).json.username).toBe('ada');
    await ask('/nothing', { token });
    expect(await says(/(GET \/users\/me.*)\n/)).toBe('GET /users/me?x=1 200');
    expect(await says(/(GET \/nothing.*)\n/)).toBe('GET /nothing 404');
    expect(output.out.split('export')[2]!.split('\n').slice(3).join('\n')).not.toContain('undefined');
    const open = ask('/robots/@me/events/poll', { token: tokens.robot });
    open.catch(() => {});
    await ask('/health');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    await expect(open).rejects.toThrow();
    expect(output.err).toBe('');
  },
);

test.each(['--help', '-h'])('prints its usage for %s', async (flag) => {
  const { output, ended } = run(flag);
  expect((await ended).code).toBe(0);
  expect(output.out).toMatch(/Usage: lagclient-sandbox .*--port.*--seed.*--robot.*--fault/s);
});

test.each(['--version', '-v'])('prints its version for %s', async (flag) => {
  const { output, ended } = run(flag);
  expect((await ended).code).toBe(0);
  expect(output.out).toBe(`${VERSION}\n`);
});

test.each([
  [['--prot', '1'], /prot/],
  [['extra'], /extra/],
  [['--port', 'many'], /--port must be a whole number from 0 to 65535, not 'many'/],
  [['--port', '70000'], /--port/],
  [['--port', ''], /--port/],
  [['--port', ' 80'], /--port/],
  [['--port', '0x10'], /--port/],
  [['--port', '1e3'], /--port/],
  [['--port=-1'], /--port/],
  [['--host', ''], /--host must not be empty/],
  [['--host', ' '], /--host must not be empty/],
  [['--seed', ''], /--seed must not be empty/],
  [['--allow-host', ''], /--allow-host must not be empty/],
  [['--clock', 'real'], /--clock must be manual/],
  [['--clock', 'manual=never'], /--clock: 'never' is not a time/],
  [['--robot', 'push'], /--robot must be poll, sse or webhook=URL/],
  [['--robot', 'webhook'], /--robot must be/],
  [['--robot', 'webhook=ftp://x'], /--robot must be/],
  [['--fault', 'getMee status=500'], /--fault 'getMee status=500': .*Did you mean getMe/],
  [['--fault', 'getMe'], /--fault 'getMe': has no effect/],
  [['--fault', 'getMe stauts=500'], /--fault .*stauts/],
  [['--fault', '{"status":'], /--fault .*not valid JSON/],
  [['--quirk', 'holdPolls'], /--quirk must be NAME=VALUE/],
  [['--quirk', 'holdPolls=maybe'], /--quirk holdPolls must be true or false/],
  [['--quirk', 'hold=true'], /--quirk hold must be one of webhookIdPerAttempt/],
])('exits with 2 for the arguments %j, and says what is wrong', async (args, message) => {
  const { output, ended } = run(...args);
  expect((await ended).code).toBe(2);
  expect(output.err).toMatch(message);
  expect(output.err).toMatch(/Usage: /);
  expect(output.out).toBe('');
});

test('exits with 1 if the port is taken', async () => {
  const first = run('--port', '0');
  const port = await first.says(/127\.0\.0\.1:(\d+)/);
  const second = run('--port', port);
  expect((await second.ended).code).toBe(1);
  expect(second.output.err).toMatch(/EADDRINUSE/);
});

test('prints the variables that examples read, with values that work together', async () => {
  const { says } = run('--port', '0');
  const url = await says(/export LAG_BASE_URL=(\S+)/);
  const ask = asker(url);
  expect((await ask('/users/me', { token: await says(/export LAG_TOKEN=(\S+)/) })).json.username).toBe('ada');
  const robot = await ask('/robots/@me/info', { token: await says(/export LAG_ROBOT_KEY=(\S+)/) });
  expect(robot.json.name).toBe('Beacon');
});

test('has other tokens in every run without a seed', async () => {
  const tokens = await Promise.all(
    [run('--port', '0'), run('--port', '0')].map(({ says }) => says(/export LAG_TOKEN=(\S+)/)),
  );
  expect(tokens[0]).not.toBe(tokens[1]);
  for (const token of tokens) expect(token).toMatch(/^lag_pat_sandbox_/);
});

test('adds the robots that it is told to, and names the first one in LAG_ROBOT_KEY', async () => {
  const webhook = 'http://127.0.0.1:9/hook';
  const { output, says } = run('--port', '0', '--robot', 'sse', '--robot', `webhook=${webhook}`);
  const ask = asker(await says(/Lag sandbox on (\S+)/));
  await says(/Ctrl-C/);
  const key = await says(/export LAG_ROBOT_KEY=(\S+)/);
  expect(output.out).toContain(`robot  ${key}  gets events by sse\n`);
  expect(output.out).toMatch(
    /robot {2}lag_robot_sandbox\S+ {2}posts events to http:\/\/127\.0\.0\.1:9\/hook, signed with whsec_\S+\n/,
  );
  const { json } = await ask('/_sandbox/state?lists=robots');
  expect(json.robots.map(({ delivery }: { delivery: string }) => delivery)).toEqual(['poll', 'sse', 'webhook']);
  expect((await ask('/robots/@me/info', { token: key })).status).toBe(200);
});

test('makes requests go wrong, reads unconfirmed facts otherwise and stops its clock when it is told to', async () => {
  const flags = [
    '--fault',
    'getMe,status=503 retryAfter=2',
    '--fault',
    '{"match":{"operation":"getVersion"},"html":true}',
  ];
  const { says, output } = run('--port', '0', ...flags, '--quirk', 'errorDetails=false', '--clock', 'manual');
  const ask = asker(await says(/Lag sandbox on (\S+)/));
  const token = await says(/export LAG_TOKEN=(\S+)/);
  const refused = await ask('/users/me', { token });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect((await ask('/users/me', { token })).status).toBe(200);
  expect((await ask('/version')).text).toMatch(/^<html>/);
  expect((await ask('/nothing')).json).toEqual({ error: 'Route GET:/nothing not found' });
  expect((await ask('/health')).json.timestamp).toBe('2026-01-01T00:00:00.000Z');
  expect(await says(/(GET \/users\/me 503.*)\n/)).toBe('GET /users/me 503 (fault)');
  expect(output.err).toBe('');
});

test('starts a manual clock where it is told to, and prints no requests with --quiet', async () => {
  const { child, says, output, ended } = run('--port', '0', '--clock', 'manual=2026-03-01T12:00:00Z', '--quiet');
  const ask = asker(await says(/Lag sandbox on (\S+)/));
  expect((await ask('/health')).json.timestamp).toBe('2026-03-01T12:00:00.000Z');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  expect(output.out).not.toContain('GET /health');
});

test('reports faults that never matched when it ends', async () => {
  const { child, says, output, ended } = run('--port', '0', '--fault', 'sendDmMessage reset');
  await says(/Ctrl-C/);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
  expect(output.err).toBe(
    'Warning: a fault matched no request: {"match":{"operation":"sendDmMessage"},"reset":true}.\n',
  );
});

test('warns when it listens beyond loopback, and prints a URL that the client accepts', async () => {
  const { says, output } = run('--port', '0', '--host', '0.0.0.0', '--allow-host', 'lag.test');
  const url = await says(/export LAG_BASE_URL=(\S+)/);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(output.err).toMatch(/^Warning: it listens on 0\.0\.0\.0, beyond this machine/);
  expect((await asker(url)('/version')).status).toBe(200);
});

test('goes on without output when its reader goes away', async () => {
  const { child, says, ended } = run('--port', '0');
  const url = await says(/Lag sandbox on (\S+)/);
  // As `| head -1` does.
  child.stdout.destroy();
  child.stderr.destroy();
  const ask = asker(url);
  for (let n = 0; n < 20; n++) expect((await ask('/version')).status).toBe(200);
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null });
});
