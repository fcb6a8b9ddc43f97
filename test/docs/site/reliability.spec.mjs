// Counts what the tests of the reliability page try: their list is asked for, none of them is run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../operations.table.ts';
import { root } from './serve.mjs';

/** The full names of the tests in files, as `{ file, name }`. */
const list = (files, env) => {
  mkdirSync(`${root}.cache`, { recursive: true });
  const out = `${root}.cache/tests.json`;
  const args = [`${root}node_modules/vitest/vitest.mjs`, 'list', `--json=${out}`, ...files];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env });
  assert.equal(status, 0, stderr);
  return JSON.parse(readFileSync(out, 'utf8')).map(({ file, name }) => ({ name, file: file.slice(root.length) }));
};

const table = (head, align, rows) => [head, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

test('docs/generated/reliability.md counts the tests that there are', { timeout: 300_000 }, async () => {
  const { FUZZ_RUNS: _, FUZZ_SEED: __, ...env } = process.env;
  const FILES = {
    never: 'test/hostile/never-twice.test.ts',
    once: 'test/send-once.test.ts',
    answers: 'test/hostile/answers.test.ts',
    containment: 'test/hostile/containment.test.ts',
    accounting: 'test/hostile/accounting.test.ts',
    boundaries: 'test/hostile/boundaries.test.ts',
    secrets: 'test/secrets/secrets.test.ts',
    fuzz: 'test/fuzz/fuzz.test.ts',
  };
  const all = list(Object.values(FILES), env);
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const [, fuzzRuns] = /FUZZ_RUNS:-(\d+)/.exec(scripts['test:fuzz']);
  const long = list([FILES.fuzz, FILES.accounting], { ...env, FUZZ_RUNS: fuzzRuns });

  const namesIn = (file, tests = all) => tests.filter((one) => one.file === file).map(({ name }) => name);
  const countOf = (file, pattern = /./) => namesIn(file).filter((name) => pattern.test(name)).length;
  /** The different texts at a place of names. */
  const variants = (file, pattern) => new Set(namesIn(file).flatMap((name) => pattern.exec(name)?.[1] ?? [])).size;

  const operations = OPERATIONS.length;
  const transports = variants(FILES.never, /^(.*?): /);
  const points = variants(FILES.never, /> that fails (.*?) > /);
  const once = countOf(FILES.never, /is not repeated where it would be done twice$/);
  assert.equal(once, transports * points);
  const more = countOf(FILES.never, /> that fails /) - once;
  const perTransport = (file) => countOf(file, /^the default transport\b/);
  const lost = variants(FILES.once, /sends exactly once through (an? .*|half .*|no .*)$/);
  const n = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ');

  const crowds = countOf(FILES.accounting, / sends at a time through 30 % faults/);
  /** A number in the names of tests, as `npm test` and as `npm run test:fuzz` have it. */
  const sizes = (pattern) =>
    [all, long].map((tests) =>
      Number(namesIn(FILES.accounting, tests).flatMap((name) => pattern.exec(name)?.[1] ?? [])[0]),
    );
  const inFull = (few, many) => `${n(few)}; ${n(many)} in \`test:fuzz\``;
  const sends = sizes(/(\d+) sends at a time through/);

  const rows = [
    [
      'calls that fail once: operations × points of failure × transports',
      `${operations} × ${points} × ${transports} = ${n(operations * once)}`,
      FILES.never,
    ],
    [
      "calls that fail there for ever, or with `retry: 'always'`",
      `${operations} × ${more} = ${n(operations * more)}`,
      FILES.never,
    ],
    ['calls that find nobody there', `${operations} × ${transports} = ${n(operations * transports)}`, FILES.never],
    [
      'ways to lose the answer of `sendRoomMessageOnce`, for a user and a robot',
      `${lost} × 2 = ${lost * 2}`,
      FILES.once,
    ],
    [
      'tests of what a server may do wrong × transports',
      `${perTransport(FILES.answers)} × ${transports} = ${n(countOf(FILES.answers))}`,
      FILES.answers,
    ],
    ['tests of what middleware, signals and sources may do wrong', n(countOf(FILES.containment)), FILES.containment],
    [
      'sends at a time, 30 % of whose requests fail × ways to fail and to send',
      inFull(...sends.map((count) => count * crowds)),
      FILES.accounting,
    ],
    [
      'calls on one signal, over which memory stays flat',
      inFull(...sizes(/(\d+) calls on one signal/)),
      FILES.accounting,
    ],
    ['tests of what would reach another path, header or host', n(countOf(FILES.boundaries)), FILES.boundaries],
    ['tests that look for the token and the message', n(countOf(FILES.secrets)), FILES.secrets],
  ].map(([what, count, file]) => [what, count, `\`${file}\``]);

  const casesOf = (name) => Number(/\((\d+) cases\)$/.exec(name)[1]);
  const longNames = namesIn(FILES.fuzz, long);
  const properties = namesIn(FILES.fuzz).map((name, index) => {
    const text = name.replace(/^.*? > /, '').replace(/ \(\d+ cases\)$/, '');
    assert.ok(longNames[index].includes(text));
    return [text, casesOf(name), casesOf(longNames[index])];
  });
  const sum = (column) => properties.reduce((total, row) => total + row[column], 0);
  for (const [, count] of rows) assert.doesNotMatch(count, /^0\b|× 0\b/);
  assert.ok(sum(1) >= 2000 && sum(2) >= 100_000);

  const page = `# Reliability, counted

Counted from the list of tests. Do they change? \`npx vitest run --config test/docs/site/vitest.config.mjs reliability -u\`.

### Tests by hand

${table(['what is tried', 'how many', 'in'], ['---', '---:', '---'], rows)}

### Properties

Each must be true of any case that fast-check comes up with: so many in \`npm test\`, the same each time, and so many in
\`npm run test:fuzz\`, others each time.

${table(
  ['property', '`npm test`', '`test:fuzz`'],
  ['---', '---:', '---:'],
  [...properties, [`**all ${properties.length}**`, sum(1), sum(2)]].map(([text, few, many]) => [text, n(few), n(many)]),
)}
`;
  await expect(page).toMatchFileSnapshot('../../../docs/generated/reliability.md');
});
