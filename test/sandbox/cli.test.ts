import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/index.js';
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

test('prints its usage for --help', async () => {
  const { output, ended } = run('--help');
  expect((await ended).code).toBe(0);
  expect(output.out).toMatch(/Usage: lagclient-sandbox .*--port.*--seed/s);
});

test.each([[['--prot', '1']], [['--port', 'many']], [['--port', '70000']], [['extra']]])(
  'exits with 2 for the arguments %j',
  async (args) => {
    const { output, ended } = run(...args);
    expect((await ended).code).toBe(2);
    expect(output.err).toMatch(/Usage: /);
    expect(output.out).toBe('');
  },
);

test('exits with 1 if the port is taken', async () => {
  const first = run('--port', '0');
  const port = await first.says(/127\.0\.0\.1:(\d+)/);
  const second = run('--port', port);
  expect((await second.ended).code).toBe(1);
  expect(second.output.err).toMatch(/EADDRINUSE/);
});
