// Checks that a tag may be released: `node scripts/release/check-tag.mjs v1.2.3`.
import { readdirSync, readFileSync } from 'node:fs';

const [tag] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const problems = [];

if (tag !== `v${version}`) problems.push(`the tag ${tag} is not v${version}, the version in package.json`);

const jsr = JSON.parse(readFileSync('jsr.json', 'utf8'));
if (jsr.version !== version) problems.push(`jsr.json has the version ${jsr.version}: run \`npm run version\``);

const [, newest, date] = /^## (\S+) \((.+)\)$/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
if (newest !== version) problems.push(`the newest entry of CHANGELOG.md is ${newest}: run \`npm run version\``);
else if (!/^\d{4}-\d{2}-\d{2}$/.test(date))
  problems.push(`CHANGELOG.md has no date for ${version}: run \`npm run version\``);

const pending = readdirSync('.changeset').filter((file) => file.endsWith('.md') && file !== 'README.md');
if (pending.length > 0) problems.push(`not yet in CHANGELOG.md: ${pending.join(', ')}. Run \`npm run version\``);

for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${tag} can be released`);
process.exitCode = problems.length > 0 ? 1 : 0;
