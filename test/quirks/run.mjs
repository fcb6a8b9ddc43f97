// The suites of robots, pagination and sending once under every other reading of what is not known of Lag, one quirk of
// the sandbox at a time: `npm run test:quirks`, or `node test/quirks/run.mjs holdPolls` for some. A test that is about
// one reading sets that quirk itself.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SUITES = ['test/robots', 'test/pagination.test.ts', 'test/send-once.test.ts', 'test/quirks/suite.test.ts'];

const source = readFileSync(new URL('../../src/sandbox/control/quirks.ts', import.meta.url), 'utf8');

/** Lines like `  holdPolls: true,` of a table in the source. */
const tableOf = (name) => {
  const [, body] = new RegExp(`${name}[^=]*= \\{\n(.*?)\n\\};`, 's').exec(source) ?? [];
  if (!body) throw new Error(`quirks.ts has no ${name}`);
  return body.split('\n').map((line) => /^ {2}(\w+): (.*),$/.exec(line).slice(1));
};

const defaults = new Map(tableOf('DEFAULT_QUIRKS'));
const others = tableOf('QUIRK_VALUES').flatMap(([name, values]) =>
  values
    .slice(1, -1)
    .split(', ')
    .filter((value) => value !== defaults.get(name))
    .map((value) => ({ name, value })),
);

const wanted = process.argv.slice(2);
const chosen = others.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`There is no quirk ${wanted.join(', ')}`);

const failed = [];
for (const { name, value } of chosen) {
  const quirk = `${name}=${value}`;
  console.log(`\n▶ ${quirk}`);
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--config', 'test/quirks/vitest.config.ts', '--reporter=dot', ...SUITES],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, SANDBOX_QUIRK: quirk } },
  );
  if (status !== 0) failed.push(quirk);
}
console.log(failed.length ? `\n✘ failed: ${failed.join(', ')}` : `\n✔ ${chosen.length} readings passed`);
process.exitCode = failed.length ? 1 : 0;
