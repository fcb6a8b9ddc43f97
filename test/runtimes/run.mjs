import { mkdtempSync, readFileSync, realpathSync, rmSync, mkdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installTarball, installTools, pack } from './lib/pack.mjs';

// `npm run test:runtimes`: installs what it needs, packs the package, and runs it in every runtime and in every kind of
// consumer. `-- --only=<text>` takes those whose name holds the text, `--tarball=<file>` that tarball instead of a new
// one, `--plant` breaks the package in known ways and expects to be told, `--keep` leaves the working folder.
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    tarball: { type: 'string' },
    plant: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
});
const root = join(import.meta.dirname, '../..');

const started = Date.now();
await installTools();
// Imported now, because before that they were perhaps not there.
const [{ runtimes }, { consumers }, { openStage }, report, { closeBrowser }, { pool }, { plant }] = await Promise.all(
  ['runtimes', 'consumers', 'lib/stage', 'lib/report', 'lib/chromium', 'lib/processes', 'plant'].map(
    (name) => import(`./${name}.mjs`),
  ),
);

// Outside of the repository, so that nothing is found that was not installed.
const work = realpathSync(mkdtempSync(join(tmpdir(), 'lagclient-')));
const width = Math.max(2, availableParallelism());
const isWanted = ({ name }) => name.toLowerCase().includes(flags.only.toLowerCase());
const folderOf = (name) => {
  const folder = join(work, name.replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  return folder;
};

const runRuntime = async (runtime, app) => {
  const why = runtime.skip();
  if (why) return { name: runtime.name, skipped: why, rows: [] };
  const stage = await openStage(app);
  const rows = [];
  const config = { ...stage.config, ...runtime.traits, runtime: runtime.name, lacks: runtime.lacks ?? {} };
  const onLine = (line) => {
    if (line.startsWith('{"case":')) rows.push(JSON.parse(line));
  };
  const began = Date.now();
  try {
    const printed = await runtime.run({ app, config, onLine, folder: folderOf(runtime.name) });
    rows.push(...report.audit(rows, printed, config));
    return { name: runtime.name, version: await runtime.version(), rows, ms: Date.now() - began };
  } catch (error) {
    return { name: runtime.name, rows: [...rows, { case: null, status: 'fail', detail: error.stack }] };
  } finally {
    await stage.close();
  }
};

const runConsumer = async (consumer, env) => {
  const began = Date.now();
  try {
    const { skip, note } = (await consumer.run({ ...env, folder: folderOf(consumer.name) })) ?? {};
    return { name: consumer.name, status: skip ? 'skip' : 'pass', detail: skip, note, ms: Date.now() - began };
  } catch (error) {
    return { name: consumer.name, status: 'fail', detail: String(error.message), ms: Date.now() - began };
  }
};

try {
  const tarball = flags.tarball ? resolve(flags.tarball) : await pack(work);
  const app = join(work, 'app');
  await installTarball(tarball, app);
  console.log(`${report.seconds(Date.now() - started)}: built, packed and installed\n`);

  const stage = await openStage(app);
  const env = { app, tarball, stage, root, work };
  if (flags.plant) {
    process.exitCode = (await plant({ ...env, consumers, runConsumer, runtimes, runRuntime })) ? 0 : 1;
  } else {
    const results = { runtimes: [], consumers: [] };
    const tasks = [
      ...runtimes.filter(isWanted).map((runtime, index) => async () => {
        results.runtimes[index] = await runRuntime(runtime, app);
        report.progress(results.runtimes[index]);
      }),
      ...consumers.filter(isWanted).map((consumer, index) => async () => {
        results.consumers[index] = await runConsumer(consumer, env);
        report.progress(results.consumers[index]);
      }),
    ];
    await pool(width, tasks);
    console.log(report.summary(results, Date.now() - started));
    if (report.hasFailed(results)) process.exitCode = 1;
    else if (!flags.only && !report.skippedOf(results).length) {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      report.writePage(join(root, 'docs/generated/compatibility.md'), results, version);
    }
  }
  await stage.close();
} finally {
  await closeBrowser();
  if (flags.keep) console.log(`kept ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
