// What a fresh process takes until it has its first response, over raw `fetch`, from each output of the build:
// `node test/bench/first-response.mjs [rounds]`. Rounds are interleaved, each against raw fetch of the same round.
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, startServer, withFolder } from './measure.mjs';

const rounds = Number(process.argv[2] ?? 31);
const dist = new URL('../../dist/', import.meta.url);

const RAW = `
  const response = await fetch(process.env.ORIGIN + '/users/me', { headers: { authorization: 'Bearer x' } });
  const me = await response.json();`;

const sdkFrom = (file) => `
  import { createContext, getMe } from ${JSON.stringify(new URL(file, dist).href)};
  const me = (await getMe(createContext('lag_pat_x', { baseUrl: process.env.ORIGIN })))._unsafeUnwrap();`;

const REPORT = `
  const { user, system } = process.cpuUsage();
  if (me.username !== 'ada_lovelace') throw new Error('another response');
  console.log(JSON.stringify({ wallMs: performance.now(), cpuMs: (user + system) / 1000 }));`;

const PROGRAMS = {
  'raw fetch': RAW,
  'the bundle for Node': sdkFrom('bundled/index.js'),
  'one module per source file': sdkFrom('index.js'),
};

const run = (file, ORIGIN) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    env: { ...process.env, ORIGIN },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

const { origin, stop } = await startServer();
try {
  await withFolder((folder) => {
    const contenders = Object.entries(PROGRAMS).map(([name, source], index) => {
      const file = join(folder, `${index}.mjs`);
      writeFileSync(file, source + REPORT);
      return { name, file, samples: [] };
    });
    for (let round = -1; round < rounds; round++)
      for (const { file, samples } of contenders) {
        const sample = run(file, origin);
        // The first round fills the file cache.
        if (round >= 0) samples.push(sample);
      }
    const [raw, ...others] = contenders;
    const medianOf = (samples, key) => median(samples.map((sample) => sample[key])).toFixed(1);
    console.log(`raw fetch: ${medianOf(raw.samples, 'wallMs')} ms, ${medianOf(raw.samples, 'cpuMs')} ms CPU`);
    for (const { name, samples } of others) {
      const over = samples.map((sample, round) => ({
        wallMs: sample.wallMs - raw.samples[round].wallMs,
        cpuMs: sample.cpuMs - raw.samples[round].cpuMs,
      }));
      console.log(`${name}: +${medianOf(over, 'wallMs')} ms, +${medianOf(over, 'cpuMs')} ms CPU`);
    }
    const modules = readdirSync(dist, { recursive: true }).filter(
      (file) => file.endsWith('.js') && !file.startsWith('bundled/'),
    );
    console.log(`${rounds} rounds; ${modules.length} modules in dist, Node ${process.versions.node}`);
  });
} finally {
  stop();
}
