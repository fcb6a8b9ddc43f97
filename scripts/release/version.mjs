// Prepares a release, as `npm run version`: turns the changesets into a version and a dated entry of CHANGELOG.md, and
// writes the version to every other file that has it. Without changesets, it only dates an entry that was not released.
import { execFileSync, execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const CHANGELOG = 'CHANGELOG.md';

/** What changesets calls a section, and what a reader looks for. */
const SECTIONS = {
  '### Major Changes': '### Breaking',
  '### Minor Changes': '### New and changed',
  '### Patch Changes': '### Fixed',
};

const run = (command) => execSync(command, { stdio: 'inherit' });
const read = () => readFileSync(CHANGELOG, 'utf8');
const tagExists = (version) =>
  execFileSync('git', ['tag', '--list', `v${version}`], { encoding: 'utf8' }).trim() !== '';

/** The title with the introduction, and the entries. */
const split = (text) => {
  const start = text.search(/^## /m);
  return [text.slice(0, start), text.slice(start)];
};

// changesets writes a new entry right below the first line, and so above the introduction.
const [introduction, entries] = split(read());
writeFileSync(CHANGELOG, `${introduction.split('\n', 1)[0]}\n\n${entries}`);
run('npx changeset version');
const [, updated] = split(read());

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const today = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
const [, newest] = /^## (\S+)/.exec(updated) ?? [];
if (newest !== version) throw new Error(`the newest entry of ${CHANGELOG} is ${newest}, not ${version}`);
const dated = tagExists(version) ? updated : updated.replace(/^## .*/, `## ${version} (${today})`);
const readable = Object.entries(SECTIONS).reduce((text, [from, to]) => text.replaceAll(from, to), dated);
writeFileSync(CHANGELOG, introduction + readable);

run('node scripts/release/sync.mjs');
run('npm install --package-lock-only --ignore-scripts --no-audit --no-fund');
// The OpenAPI description has the version, too.
run('npx vitest run test/docs/openapi.test.ts -u');
console.log(`\n${version} is prepared: commit this, and once it is on main, push the tag v${version}`);
