// What a fresh process needs until its first response, over one that uses raw fetch or undici.request. Rounds are
// interleaved, each against the reference of the same round.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { median, startServer, withFolder } from './measure.mjs';

const PATH = '/users/me';

const lagclient = (transport = '') =>
  `const createdAt = performance.now();
   const ctx = createContext('lag_pat_benchmark', { baseUrl, ${transport} });
   report.createMs = performance.now() - createdAt;
   (await getMe(ctx))._unsafeUnwrap();`;

/** Each with what it imports, what it does until the first response, and what it is compared with. */
const PROGRAMS = {
  fetch: { imports: '', call: `await (await fetch(baseUrl + '${PATH}')).json();` },
  lagclient: {
    imports: `import { createContext, getMe } from 'lagclient';`,
    call: lagclient(),
    against: 'fetch',
  },
  'lagclient/ofetch': {
    imports: `import { createContext, getMe } from 'lagclient'; import { ofetchTransport } from 'lagclient/ofetch';`,
    call: lagclient('transport: ofetchTransport()'),
    against: 'fetch',
  },
  ofetch: { imports: `import { ofetch } from 'ofetch';`, call: `await ofetch(baseUrl + '${PATH}');`, against: 'fetch' },
  ky: { imports: `import ky from 'ky';`, call: `await ky(baseUrl + '${PATH}').json();`, against: 'fetch' },
  axios: { imports: `import axios from 'axios';`, call: `await axios.get(baseUrl + '${PATH}');`, against: 'fetch' },
  got: { imports: `import got from 'got';`, call: `await got(baseUrl + '${PATH}').json();`, against: 'fetch' },
  'openapi-fetch': {
    imports: `import createClient from 'openapi-fetch';`,
    call: `await createClient({ baseUrl }).GET('${PATH}');`,
    against: 'fetch',
  },
  'undici.request': {
    imports: `import { request } from 'undici';`,
    call: `await (await request(baseUrl + '${PATH}')).body.json();`,
  },
  'lagclient/node': {
    imports: `import { createContext, getMe } from 'lagclient'; import { undiciTransport } from 'lagclient/node';`,
    call: lagclient('transport: undiciTransport()'),
    against: 'undici.request',
  },
};

// Milliseconds and heap since the start of the process.
const source = ({ imports, call }) => `${imports}
const report = { importMs: performance.now() };
const baseUrl = process.argv[2];
const run = async () => {
  ${call}
  report.responseMs = performance.now();
  const { user, system } = process.cpuUsage();
  report.cpuMs = (user + system) / 1000;
  report.heapKb = process.memoryUsage().heapUsed / 1000;
  console.log(JSON.stringify(report));
  process.exit();
};
void run();
`;

/** As an AWS Lambda is made with esbuild's own advice: one minified file, everything in it. */
const bundle = (entry, outfile) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    absWorkingDir: import.meta.dirname,
    // A peer that is not there is loaded lazily and not needed by these programs.
    logLevel: 'error',
  });

const start = (file, origin) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, origin], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/**
 * `{ plain, bundled }`, each `{ [program]: { against, measures: { [measure]: number } } }`: the measures of a reference,
 * and what each other program adds to those of its reference.
 */
export const benchColdStart = ({ rounds }) =>
  withFolder(async (folder) => {
    const server = await startServer();
    try {
      const report = {};
      for (const kind of ['plain', 'bundled']) {
        const programs = [];
        for (const [index, [name, program]] of Object.entries(PROGRAMS).entries()) {
          const entry = join(folder, `${kind}-${index}.mjs`);
          writeFileSync(entry, source(program));
          const file = kind === 'plain' ? entry : join(folder, `${kind}-${index}.cjs`);
          if (kind === 'bundled') await bundle(entry, file);
          programs.push({ name, file, against: program.against, samples: [] });
        }
        // The first round fills the file cache.
        for (let round = -1; round < rounds; round++)
          for (const { file, samples } of programs) {
            const sample = start(file, server.origin);
            if (round >= 0) samples.push(sample);
          }
        report[kind] = Object.fromEntries(programs.map((program) => [program.name, summarize(program, programs)]));
      }
      return report;
    } finally {
      server.stop();
    }
  });

const summarize = ({ samples, against }, programs) => {
  const reference = programs.find(({ name }) => name === against)?.samples;
  const measures = Object.keys(samples[0]).map((measure) => [
    measure,
    median(
      // Only lagclient creates a context.
      samples.map((sample, round) => sample[measure] - (reference?.[round][measure] ?? 0)),
    ),
  ]);
  return { against, measures: Object.fromEntries(measures) };
};
