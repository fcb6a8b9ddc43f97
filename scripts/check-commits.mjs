// Checks commit messages: `node scripts/check-commits.mjs main..HEAD`. CONTRIBUTING.md states the convention.
import { execFileSync } from 'node:child_process';

const MAX_SUBJECT_LENGTH = 72;
/** Words that are left over from work in progress. */
const UNFINISHED = ['fixup!', 'squash!', 'amend!', 'wip'];

const [range] = process.argv.slice(2);
if (!range) {
  console.error('Usage: node scripts/check-commits.mjs BASE..HEAD');
  process.exit(2);
}

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' });

/** What is wrong with a commit message, in words. */
const problemsOf = (message) => {
  const [subject, separator, ...body] = message.trimEnd().split('\n');
  const problems = [];
  if (subject.length > MAX_SUBJECT_LENGTH)
    problems.push(`the subject has ${subject.length} characters, at most ${MAX_SUBJECT_LENGTH} are allowed`);
  if (!/^\p{Lu}/u.test(subject)) problems.push('the subject does not begin with a capital letter');
  if (subject.endsWith('.')) problems.push('the subject ends with a full stop');
  if (UNFINISHED.some((word) => subject.toLowerCase().startsWith(word))) problems.push('the subject is unfinished');
  if (separator !== undefined && separator !== '') problems.push('an empty line must follow the subject');
  // Trailers such as `Co-authored-by:` do not say why.
  if (!body.some((line) => line.trim() !== '' && !/^[A-Z][\w-]+: /.test(line)))
    problems.push('the body is missing: say why the change is made');
  return problems;
};

const commits = git('rev-list', '--no-merges', '--reverse', range).split('\n').filter(Boolean);
let failed = 0;
for (const commit of commits) {
  const message = git('log', '-1', '--format=%B', commit);
  const problems = problemsOf(message);
  if (problems.length === 0) continue;
  failed++;
  console.error(`${commit.slice(0, 10)} ${message.split('\n', 1)[0]}`);
  for (const problem of problems) console.error(`  ${problem}`);
}
console.log(`${commits.length} commits checked, ${failed} with problems`);
process.exitCode = failed > 0 ? 1 : 0;
