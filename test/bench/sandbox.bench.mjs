// How fast the sandbox starts, and what it serves: `node test/bench/sandbox.bench.mjs`. Ends with 1 where it is too slow.
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { Pool } from 'undici';
import { median } from './measure.mjs';

const STARTS = 11;
const ROUNDS = 5;
const REQUESTS = 6000;
const WIDTH = 32;
const MOST_START_MS = 50;
const LEAST_PER_SECOND = 3000;

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fresh process's milliseconds until it has a sandbox, and until the sandbox listens. */
const START = `
  const { createSandbox } = await import(process.argv[1] + '/index.js');
  createSandbox();
  const created = performance.now() - start;
  const { serveSandbox } = await import(process.argv[1] + '/node.js');
  const served = await serveSandbox();
  const listening = performance.now() - start;
  console.log(JSON.stringify({ created, listening }));
  process.exit(served.isOk() ? 0 : 1);
`;

/** A sandbox that listens, and says what processor time it has used. */
const SERVER = `
  const { serveSandbox } = await import(process.argv[2] + '/node.js');
  const { url, sandbox } = (await serveSandbox())._unsafeUnwrap();
  const { tokens, ids } = sandbox;
  process.on('message', () => process.send(process.cpuUsage()));
  process.send({ url, tokens, ids });
`;

const measureStarts = (folder) =>
  Array.from({ length: STARTS }, () =>
    JSON.parse(
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', `const start = performance.now();${START}`, pathToFileURL(folder).href],
        {
          encoding: 'utf8',
        },
      ),
    ),
  );

const answered = (child) => new Promise((resolve) => child.once('message', resolve));

const measureLoad = async (folder) => {
  const child = fork(join(folder, 'server.mjs'), [pathToFileURL(folder).href]);
  try {
    const { url, tokens, ids } = await answered(child);
    const pool = new Pool(url, { connections: WIDTH });
    const headers = { authorization: `Bearer ${tokens.ada}`, 'content-type': 'application/json' };
    const messages = `/servers/${ids.server}/rooms/${ids.rooms.quiet}/messages`;
    const kinds = {
      'GET one user': { method: 'GET', path: '/users/me', headers },
      'GET a page of 5 messages': {
        method: 'GET',
        path: `/servers/${ids.server}/rooms/${ids.rooms.general}/messages?limit=5`,
        headers,
      },
      'POST a message': { method: 'POST', path: messages, headers, body: JSON.stringify({ content: 'hello' }) },
    };
    const report = {};
    for (const [name, request] of Object.entries(kinds)) {
      const rounds = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const used = () => (child.send('cpu'), answered(child));
        const before = await used();
        const start = performance.now();
        let left = REQUESTS;
        const work = async () => {
          while (left-- > 0) {
            const { statusCode, body } = await pool.request(request);
            await body.dump();
            if (statusCode >= 300) throw new Error(`${name} was answered ${statusCode}`);
          }
        };
        await Promise.all(Array.from({ length: WIDTH }, work));
        const seconds = (performance.now() - start) / 1000;
        const after = await used();
        const cpu = (after.user - before.user + after.system - before.system) / 1e6;
        // The first round warms up.
        if (round) rounds.push({ wall: REQUESTS / seconds, core: REQUESTS / cpu });
      }
      report[name] = { wall: median(rounds.map(({ wall }) => wall)), core: median(rounds.map(({ core }) => core)) };
    }
    await pool.destroy();
    return report;
  } finally {
    child.kill();
  }
};

const folder = mkdtempSync(join(tmpdir(), 'lagclient-bench-'));
try {
  await build({
    entryPoints: { index: `${root}src/sandbox/index.ts`, node: `${root}src/sandbox/node.ts` },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outdir: folder,
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'server.mjs'), SERVER);

  const starts = measureStarts(folder);
  const created = starts.map((start) => start.created);
  const listening = starts.map((start) => start.listening);
  // The fastest says what it takes; what else the machine does is in the median.
  const show = (times) => `${Math.min(...times).toFixed(1)} ms, median ${median(times).toFixed(1)} ms`;
  console.log(`start, fastest of ${STARTS} fresh processes (Node ${process.versions.node})`);
  console.log(`  import and createSandbox   ${show(created)}`);
  console.log(`  until serveSandbox listens ${show(listening)}`);

  const load = await measureLoad(folder);
  console.log(`requests over HTTP, median of ${ROUNDS} rounds of ${REQUESTS}, ${WIDTH} at a time`);
  for (const [name, { wall, core }] of Object.entries(load))
    console.log(`  ${name.padEnd(26)} ${Math.round(wall)} a second, ${Math.round(core)} a second of one core`);

  const slow = [
    Math.min(...created) > MOST_START_MS && `it takes ${show(created)} to start, not ${MOST_START_MS} ms`,
    ...Object.entries(load).map(
      ([name, { core }]) => core < LEAST_PER_SECOND && `${name}: ${Math.round(core)} a second, not ${LEAST_PER_SECOND}`,
    ),
  ].filter(Boolean);
  for (const line of slow) console.error(`too slow: ${line}`);
  process.exitCode = slow.length ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
