import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** What the rows themselves cannot know: that none is missing, and that nothing printed holds a token. */
export const audit = (rows, printed, { tokens }) => {
  const failures = [];
  const fail = (name, detail) => failures.push({ case: name, status: 'fail', detail });
  if (!rows.some(({ status }) => status === 'end')) fail(null, `it stopped early:\n${printed.slice(-2000)}`);
  if (!printed.includes('LagError')) fail('the token never shows', 'nothing was printed to look at');
  for (const [owner, token] of Object.entries(tokens))
    if (printed.includes(token)) fail('the token never shows', `the token of ${owner} was printed`);
  return failures;
};

const failuresOf = ({ rows }) => rows.filter(({ status }) => status === 'fail');

/** What a runtime or a consumer came to: `{ word, failures, notes }`. */
const outcomeOf = ({ rows, status, skipped, detail, ms }) => {
  const reason = skipped ?? (status === 'skip' ? detail : undefined);
  if (reason) return { word: 'SKIP', failures: [], notes: [reason] };
  const duration = ms === undefined ? [] : [seconds(ms)];
  if (!rows) {
    const failures = status === 'fail' ? [{ case: null, detail }] : [];
    return { word: failures.length ? 'FAIL' : 'ok', failures, notes: duration };
  }
  const failures = failuresOf({ rows });
  const passed = rows.filter((row) => row.status === 'pass').length;
  return { word: failures.length ? 'FAIL' : 'ok', failures, notes: [`${passed} cases`, ...duration] };
};

export const progress = (result) => {
  const { word, failures, notes } = outcomeOf(result);
  console.log(`${word.padEnd('FAIL'.length)} ${[result.name, ...notes].join(', ')}`);
  for (const failure of failures)
    console.log(`     ${failure.case ?? ''}\n       ${failure.detail.replaceAll('\n', '\n       ')}`);
};

export const hasFailed = ({ runtimes, consumers }) =>
  runtimes.some((runtime) => failuresOf(runtime).length) || consumers.some(({ status }) => status === 'fail');

const MARKS = { pass: '✓', fail: '✗', 'n/a': 'n/a' };

/** A case is a failure if any row of it is, and if there is none. */
const markOf = ({ rows, skipped }, name) => {
  if (skipped) return 'skipped';
  const statuses = rows.filter((row) => row.case === name).map(({ status }) => status);
  return statuses.includes('fail') ? MARKS.fail : (MARKS[statuses[0]] ?? MARKS.fail);
};

/** A line per case, a column per runtime. */
const table = ({ runtimes }) => {
  const names = new Set(runtimes.flatMap(({ rows }) => rows.map((row) => row.case)).filter((name) => name !== null));
  return [
    ['case', ...runtimes.map(({ name }) => name)],
    ...[...names].map((name) => [name, ...runtimes.map((runtime) => markOf(runtime, name))]),
  ];
};

const inColumns = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const inMarkdown = ([head, ...rows]) =>
  [head, head.map((_, column) => (column && head.length > 2 ? ':-:' : '---')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** Each reason once, with whom it holds for. */
const notApplicable = (runtimes) => {
  const reasons = new Map();
  for (const { name, rows } of runtimes)
    for (const row of rows.filter(({ status }) => status === 'n/a')) {
      const key = `${row.case}: ${row.detail}`;
      reasons.set(key, [...(reasons.get(key) ?? []), name]);
    }
  return [...reasons].map(([reason, names]) => `${reason} (${names.join(', ')})`);
};

export const skippedOf = ({ runtimes, consumers }) => [
  ...runtimes.filter(({ skipped }) => skipped).map(({ name, skipped }) => `${name}: ${skipped}`),
  ...consumers.filter(({ status }) => status === 'skip').map(({ name, detail }) => `${name}: ${detail}`),
];

const listOf = (title, lines) => (lines.length ? [`\n${title}`, ...lines.map((line) => `  ${line}`)] : []);

export const summary = (results, ms) => {
  const { runtimes, consumers } = results;
  const skipped = skippedOf(results);
  const passed = runtimes.flatMap(({ rows }) => rows).filter(({ status }) => status === 'pass').length;
  const ran = runtimes.filter((runtime) => !runtime.skipped).length;
  const consumed = consumers.filter(({ status }) => status === 'pass').length;
  const verdict = hasFailed(results) ? 'FAILED' : 'Passed';
  return [
    ...(runtimes.length ? [`\n${inColumns(table(results))}`] : []),
    ...listOf('n/a', notApplicable(runtimes)),
    ...(skipped.length ? listOf('SKIPPED: NOT SHOWN BY THIS RUN', skipped) : ['\nNothing was skipped.']),
    `${verdict}: ${passed} cases in ${ran} runtimes, ${consumed} of ${consumers.length} consumers, ${seconds(ms)}.`,
  ].join('\n');
};

/** Writes the page of a run that left nothing out; if it found the same as the one before, the date stays as well. */
export const writePage = (file, results, version) => {
  const { runtimes, consumers } = results;
  const page = `# Compatibility

Written by \`npm run test:runtimes\` on ${new Date().toISOString().slice(0, 10)}, from the packed tarball of lagclient ${version}.
One suite runs unchanged in each runtime, over real HTTP against the sandbox and a server that misbehaves.

${inMarkdown([['runtime', 'version'], ...runtimes.map((one) => [one.name, one.version])])}

${inMarkdown(table(results))}

${notApplicable(runtimes)
  .map((line) => `- n/a: ${line}`)
  .join('\n')}

## From the tarball

${inMarkdown([['what is made of it', 'outcome'], ...consumers.map(({ name, note }) => [name, ['✓', note].join(' ').trim()])])}

The types need those of the web platform: TypeScript's DOM library, \`@types/node\` or \`@cloudflare/workers-types\`. With
none of them, valibot's own do not compile either; \`skipLibCheck\` helps there. ofetch's own types, and so those of
\`lagclient/ofetch\`, need the DOM library and undici's types, or \`skipLibCheck\`.
`;
  const withoutDate = (text) => text.replace(/on \d{4}-\d\d-\d\d/, '');
  if (existsSync(file) && withoutDate(readFileSync(file, 'utf8')) === withoutDate(page)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, page);
};
