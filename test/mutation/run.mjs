// Changes the code in small ways, one at a time, and counts how many of the changes a test notices. Each module meets
// only the tests that are about it. `npm run test:mutation -- pagination` runs one module.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');
const LEAST = 90;

const MODULES = {
  pagination: { mutate: ['src/pagination.ts'], tests: ['test/pagination.test.ts'] },
  operation: {
    mutate: ['src/operation.ts'],
    tests: [
      'test/operation.test.ts',
      'test/context.test.ts',
      'test/token.test.ts',
      'test/pipeline/middleware.test.ts',
      'test/hostile/containment.test.ts',
    ],
  },
  pipeline: {
    mutate: ['src/pipeline/*.ts', '!src/pipeline/types.ts'],
    tests: [
      'test/pipeline/*.test.ts',
      'test/context.test.ts',
      'test/token.test.ts',
      'test/hostile/containment.test.ts',
    ],
  },
  robots: {
    mutate: ['src/robots/*.ts', '!src/robots/index.ts'],
    tests: ['test/robots/*.test.ts', 'test/hostile/containment.test.ts'],
  },
};

if (!existsSync(join(here, 'node_modules')))
  spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'], {
    cwd: here,
    stdio: 'inherit',
  });
mkdirSync(join(here, 'out'), { recursive: true });

/** Survivors that stay, with the reason: equivalent, or a matter of bytes and speed alone. */
const accepted = JSON.parse(readFileSync(join(here, 'survivors.json'), 'utf8'));

const wanted = process.argv.slice(2);
const scores = {};
for (const [name, { mutate, tests }] of Object.entries(MODULES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const report = join(here, 'out', `${name}.json`);
  const { status } = spawnSync(
    process.execPath,
    [join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', join(here, 'stryker.config.mjs')],
    { cwd: root, stdio: 'inherit', env: { ...process.env, MUTATION: JSON.stringify({ mutate, tests, report }) } },
  );
  if (status !== 0) process.exit(status ?? 1);

  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const tally = { mutants: 0, noticed: 0, survived: 0 };
  for (const [file, { mutants, source }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status: outcome, mutatorName, replacement, location } of mutants) {
      if (/Ignored|CompileError|RuntimeError/.test(outcome)) continue;
      tally.mutants++;
      if (/Killed|Timeout/.test(outcome)) {
        tally.noticed++;
        continue;
      }
      tally.survived++;
      const line = lines[location.start.line - 1].trim();
      const reason = accepted.find(
        (one) => one.file === file && line.includes(one.line) && (!one.mutator || one.mutator === mutatorName),
      )?.reason;
      console.log(
        `${reason ? 'accepted' : 'SURVIVED'} ${file}:${location.start.line} ${mutatorName}: ${line}\n    → ${String(replacement).slice(0, 160)}${reason ? `\n    ${reason}` : ''}`,
      );
    }
  }
  scores[name] = { ...tally, score: Math.round((1000 * tally.noticed) / tally.mutants) / 10 };
}
console.table(scores);
const low = Object.entries(scores).filter(([, { score }]) => !(score >= LEAST));
for (const [name, { score }] of low) console.error(`${name}: ${score} %, ${LEAST} % wanted`);
process.exitCode = low.length ? 1 : 0;
