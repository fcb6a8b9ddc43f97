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

export const progress = ({ name, rows, status, skipped, detail, ms }) => {
  const failed = rows ? failuresOf({ rows }) : status === 'fail' ? [{ case: null, detail }] : [];
  const why = skipped ?? (status === 'skip' ? detail : undefined);
  const passed = rows?.filter((row) => row.status === 'pass').length;
  console.log(
    `${why ? 'SKIP' : failed.length ? 'FAIL' : 'ok  '} ${name}${why ? `: ${why}` : ''}${passed ? `, ${passed} cases` : ''}${ms ? `, ${seconds(ms)}` : ''}`,
  );
  for (const failure of failed)
    console.log(`     ${failure.case ?? ''}\n       ${failure.detail.replaceAll('\n', '\n       ')}`);
};

export const hasFailed = ({ runtimes, consumers }) =>
  runtimes.some((runtime) => failuresOf(runtime).length) || consumers.some(({ status }) => status === 'fail');

const marks = { pass: '✓', fail: '✗', 'n/a': 'n/a' };

/** A line per case, a column per runtime. One row that failed makes the cell fail. */
const table = ({ runtimes }) => [
  ['case', ...runtimes.map(({ name }) => name)],
  ...[...new Set(runtimes.flatMap(({ rows }) => rows.map((row) => row.case ?? [])).flat())].map((name) => [
    name,
    ...runtimes.map(({ rows, skipped }) => {
      if (skipped) return 'skipped';
      const found = rows.filter((row) => row.case === name);
      return marks[found.find(({ status }) => status === 'fail')?.status ?? found[0]?.status] ?? '✗';
    }),
  ]),
];

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

export const summary = (results, ms) => {
  const { runtimes, consumers } = results;
  const skipped = skippedOf(results);
  const passed = runtimes.flatMap(({ rows }) => rows).filter(({ status }) => status === 'pass').length;
  const list = (title, lines) => (lines.length ? [`\n${title}`, ...lines.map((line) => `  ${line}`)] : []);
  return [
    ...(runtimes.length ? [`\n${inColumns(table(results))}`] : []),
    ...list('n/a', notApplicable(runtimes)),
    skipped.length ? list('SKIPPED: NOT SHOWN BY THIS RUN', skipped).join('\n') : '\nNothing was skipped.',
    `${hasFailed(results) ? 'FAILED' : 'Passed'}: ${passed} cases in ${runtimes.filter((one) => !one.skipped).length} runtimes, ${consumers.filter(({ status }) => status === 'pass').length} of ${consumers.length} consumers, ${seconds(ms)}.`,
  ].join('\n');
};

/** The page of the documentation, of a run that left nothing out. One that finds the same leaves the date, too. */
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
none of them, valibot's own do not compile either; \`skipLibCheck\` helps there.
`;
  const withoutDate = (text) => text.replace(/on \d{4}-\d\d-\d\d/, '');
  if (existsSync(file) && withoutDate(readFileSync(file, 'utf8')) === withoutDate(page)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, page);
};
