// Measures the built package: `npm run bench`, with `--quick` in a tenth of the time, with `--only=calls` (or cold, scale,
// types, uploads) a part of it, and with `--update` to write the page.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { install } from './install.mjs';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, update: { type: 'boolean' }, only: { type: 'string' } },
});
if (flags.update && flags.only) throw new Error('--update writes the whole page, and takes no --only');
const rounds = (count) => Math.ceil(flags.quick ? count / 10 : count);

install();
// Imported now, because before that they were perhaps not there.
const [
  { benchCalls },
  { describeTargets },
  { benchColdStart },
  scaling,
  { benchTypeCheck },
  { benchUploadMemory },
  { benchValidation },
  page,
] = await Promise.all(
  ['calls', 'targets', 'cold-start', 'scale', 'type-check', 'upload-memory', 'validation', 'page'].map(
    (name) => import(`./${name}.mjs`),
  ),
);

const MILLION = 1_000_000;

const PARTS = {
  validation: () => benchValidation({ rounds: rounds(20) }),
  calls: () => benchCalls({ rounds: rounds(100) }),
  coldStart: () => benchColdStart({ rounds: rounds(31) }),
  scale: async () => ({
    contexts: await scaling.benchContexts({ rounds: rounds(20) }),
    widths: await scaling.benchWidths({ rounds: rounds(20) }),
    contextBytes: await scaling.benchContextMemory(),
    endurance: await scaling.benchEndurance({ calls: rounds(MILLION) }),
  }),
  typeCheck: () => benchTypeCheck({ rounds: rounds(9) }),
  uploads: () => benchUploadMemory({ rounds: rounds(5) }),
};

const root = new URL('../../', import.meta.url);
const versionOf = (folder, name) =>
  `${name} ${JSON.parse(readFileSync(new URL(`${folder}node_modules/${name}/package.json`, root), 'utf8')).version}`;

const wanted = Object.entries(PARTS).filter(([name]) => !flags.only || name === flags.only);
if (wanted.length === 0) throw new Error(`--only takes one of ${Object.keys(PARTS).join(', ')}`);
const report = {};
for (const [name, measure] of wanted) report[name] = await measure();

if (report.calls) console.log(`${describeTargets(report.calls).join('\n')}\n`);
if (flags.only) {
  const { samples: _, ...rest } = report;
  console.log(JSON.stringify(flags.only === 'calls' ? {} : rest, null, 2));
} else {
  const text = page.renderPage({
    ...report,
    machine: `${cpus()[0].model}, ${availableParallelism()} cores, ${platform()}`,
    versions: [
      `Node ${process.versions.node} (its \`fetch\` is undici ${process.versions.undici})`,
      ...['undici', 'ofetch', 'neverthrow', 'valibot'].map((name) => versionOf('', name)),
      ...['ky', 'axios', 'got', 'openapi-fetch'].map((name) => versionOf('test/bench/', name)),
      `lagclient ${JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version}`,
    ].join(', '),
  });
  console.log(text);
  if (flags.update) {
    const file = new URL('docs/generated/performance.md', root);
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
}
process.exit();
