import { runInNewContext } from 'node:vm';
import { build, type Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';

const bundle = async (entry: string, platform: 'browser' | 'node', format: 'esm' | 'iife' = 'esm') => {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform,
    format,
    globalName: 'lagclient',
    target: 'es2022',
    logLevel: 'silent',
    absWorkingDir: process.cwd(),
  });
  return { inputs: Object.keys(metafile.inputs), imports: importsOf(metafile), code: outputFiles[0]!.text };
};

const importsOf = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));

describe('a bundle', () => {
  test('of lagclient/sandbox for browsers and workers imports nothing', async () => {
    const { inputs, imports, code } = await bundle('src/sandbox/index.ts', 'browser');
    expect(inputs.some((file) => file.includes('/hono/'))).toBe(true);
    expect(inputs.filter((file) => /node-server|^node:/.test(file))).toEqual([]);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\b(require\(|process\.|Buffer\b)/);
  });

  test('of lagclient or its robots contains nothing of the sandbox', async () => {
    for (const entry of ['src/index.ts', 'src/robots/index.ts']) {
      const { inputs } = await bundle(entry, 'browser');
      expect(inputs.filter((file) => /sandbox|hono|rrule/.test(file))).toEqual([]);
    }
  });

  test('of lagclient/sandbox runs where there are only web standards', async () => {
    const { code } = await bundle('src/sandbox/index.ts', 'browser', 'iife');
    const program = `${code}
      (async () => {
        const { createSandbox, createManualClock } = lagclient;
        const sandbox = createSandbox({ clock: createManualClock() });
        const { tokens, ids } = sandbox;
        const headers = { authorization: 'Bearer ' + tokens.ada, 'content-type': 'application/json' };
        const server = 'https://api.trylag.com/servers/' + ids.server;
        const hook = new Promise((resolve) => sandbox.addRobot({
          delivery: {
            handler: async (request) => {
              resolve([request.headers.get('webhook-signature'), await request.json()]);
              return new Response();
            },
          },
        }));
        const body = JSON.stringify({ content: 'hi' });
        const sent = await sandbox.fetch(server + '/rooms/' + ids.rooms.quiet + '/messages', { method: 'POST', headers, body });
        const { templates } = await (await sandbox.fetch(server + '/event-templates', { headers })).json();
        const poll = () =>
          sandbox.fetch('https://x/robots/@me/events/poll', { headers: { authorization: 'Robot ' + tokens.robot } });
        const events = await (await poll()).json();
        const held = poll();
        await sandbox.clock.advance(30_000);
        return [sent.status, templates[0].nextOccurrenceAt, events.length, await (await held).json(), await hook];
      })()`;
    const names =
      'Request Response Headers URL URLSearchParams Blob FormData ReadableStream TextEncoder TextDecoder AbortController ' +
      'AbortSignal crypto atob btoa setTimeout clearTimeout';
    const web = Object.fromEntries(names.split(' ').map((name) => [name, Reflect.get(globalThis, name)]));
    const answer = await runInNewContext(program, web);
    expect(structuredClone(answer)).toEqual([
      201,
      '2026-01-06T18:30:00.000Z',
      1,
      [],
      [expect.stringMatching(/^v1,/), expect.objectContaining({ type: 'room.message' })],
    ]);
  });
});
