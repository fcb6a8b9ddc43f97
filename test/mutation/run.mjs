// Changes the code in small ways, one at a time, and counts how many of the changes a test notices.
// `npm run test:mutation -- pipeline` runs one module, `-- src/pipeline/retry.ts` one file; `--again` takes from the last
// run what neither the code nor the tests can have changed; `--update` writes the scores down.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODULES } from './modules.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const page = join(root, 'docs/generated/mutation.md');
const LEAST = 90;

if (!existsSync(join(here, 'node_modules')))
  spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'], {
    cwd: here,
    stdio: 'inherit',
  });
mkdirSync(join(here, 'out'), { recursive: true });

/** Survivors that stay, with the reason: equivalent, or a matter of bytes, speed and wording alone. */
const accepted = JSON.parse(readFileSync(join(here, 'survivors.json'), 'utf8'));

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isWanted = (name, file) => !wanted.length || wanted.includes(name) || wanted.includes(file);

/** The mutants of a part, each with its outcome. */
const mutantsOf = (name, mutate, tests) => {
  const report = join(here, 'out', `${name}.json`);
  const settings = {
    mutate,
    tests,
    report,
    again: flags.includes('--again') && join(here, 'out', `${name}.last.json`),
  };
  const { status } = spawnSync(
    process.execPath,
    [join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', join(here, 'stryker.config.mjs')],
    { cwd: root, stdio: 'inherit', env: { ...process.env, MUTATION: JSON.stringify(settings) } },
  );
  if (status !== 0) process.exit(status ?? 1);
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants, source }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status: outcome }) => !/Ignored|CompileError|RuntimeError/.test(outcome))
      .map(({ status: outcome, mutatorName, replacement, location: { start, end } }) => ({
        file,
        at: start.line,
        line: lines[start.line - 1].trim(),
        was: start.line === end.line ? lines[start.line - 1].slice(start.column - 1, end.column - 1) : '…',
        outcome,
        mutator: mutatorName,
        to: `${replacement}`.replaceAll(/\s+/g, ' ').slice(0, 160),
      }));
  });
};

const scores = {};
const filesRun = new Set();
const used = new Set();
let unlisted = 0;
for (const [name, parts] of Object.entries(MODULES)) {
  const tally = { mutants: 0, noticed: 0, accepted: 0 };
  for (const [index, { mutate, tests }] of parts.entries()) {
    const files = mutate.filter((file) => isWanted(name, file));
    if (!files.length) continue;
    for (const file of files) filesRun.add(file);
    const found = tests.filter((test) => existsSync(join(root, test)));
    for (const mutant of mutantsOf(`${name}-${index}`, files, found)) {
      tally.mutants++;
      const text = `${mutant.file}:${mutant.at} ${mutant.mutator}: ${mutant.line}\n    ${mutant.was} → ${mutant.to}`;
      if (/Killed|Timeout/.test(mutant.outcome)) {
        tally.noticed++;
        if (mutant.outcome === 'Timeout' && flags.includes('--timeouts')) console.log(`timeout ${text}`);
        continue;
      }
      const entry = accepted.find(
        ({ file, line, mutator = mutant.mutator, to = mutant.to }) =>
          file === mutant.file && mutant.line.includes(line) && mutator === mutant.mutator && to === mutant.to,
      );
      if (entry) {
        used.add(entry);
        tally.accepted++;
      } else {
        unlisted++;
        console.error(`SURVIVED ${text}`);
      }
    }
  }
  if (tally.mutants) scores[name] = { ...tally, score: Math.floor((1000 * tally.noticed) / tally.mutants) / 10 };
}
console.table(scores);

const stale = accepted.filter((entry) => filesRun.has(entry.file) && !used.has(entry));
for (const { file, line } of stale) console.error(`survivors.json lists what does not survive: ${file}: ${line}`);
if (unlisted) console.error(`${unlisted} survivors are neither noticed nor listed in survivors.json`);
const low = Object.entries(scores).filter(([, { score }]) => !(score >= LEAST));
for (const [name, { score }] of low) console.error(`${name}: ${score} %, ${LEAST} % wanted`);
process.exitCode = low.length || unlisted || stale.length ? 1 : 0;

// A part of a module has no score of its own.
if (flags.includes('--update') && wanted.every((name) => name in MODULES)) {
  const rows = new Map(
    (existsSync(page) ? readFileSync(page, 'utf8') : '')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => [/`(\w+)`/.exec(line)[1], line]),
  );
  for (const [name, { mutants, noticed, accepted: listed, score }] of Object.entries(scores))
    rows.set(name, `| \`${name}\` | ${mutants} | ${noticed} | ${listed} | ${score.toFixed(1)} % |`);
  writeFileSync(
    page,
    `# Mutants noticed

The code is changed in small ways, one at a time; a change is noticed when a test fails, or does not come to its end.
Generated by \`npm run test:mutation -- --update\`, which fails below ${LEAST} %, and for a survivor that is not listed with
its reason in \`test/mutation/survivors.json\`. Accepted survivors do not count as noticed.

| module | mutants | noticed | accepted survivors | score |
| --- | ---: | ---: | ---: | ---: |
${Object.keys(MODULES)
  .filter((name) => rows.has(name))
  .map((name) => rows.get(name))
  .join('\n')}

## Survivors that stay

${[...new Set(accepted.map(({ reason }) => reason))]
  .map((reason) => {
    const files = new Set(accepted.filter((entry) => entry.reason === reason).map(({ file }) => `\`${file}\``));
    return `- ${[...files].join(', ')}: ${reason}`;
  })
  .toSorted()
  .join('\n')}
`,
  );
}
