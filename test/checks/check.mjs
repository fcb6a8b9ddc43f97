// Everything that must hold before a commit, the fast checks first: `npm run check`. `npm run check -- lint types` runs
// only these, `-- --list` prints the names. It goes on after a failure, and ends with what failed.
import { spawnSync } from 'node:child_process';
import { root } from './entries.mjs';

const checks = {
  format: { command: 'oxfmt --check' },
  lint: { command: 'oxlint --deny-warnings' },
  types: { command: 'tsc -p tsconfig.json' },
  unused: { command: 'knip' },
  build: { command: 'npm run -s build' },
  package: { command: 'node test/checks/package.mjs', needsBuild: true },
  loaded: { command: 'node test/checks/loaded.mjs', needsBuild: true },
  sizes: { command: 'node test/checks/size.mjs', needsBuild: true },
  leaks: { command: 'node test/bundles/matrix.mjs', needsBuild: true },
  coverage: { command: 'vitest run --coverage' },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => name !== '--list' && !(name in checks));
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}
if (wanted.includes('--list')) {
  console.log(Object.keys(checks).join('\n'));
  process.exit();
}

const chosen = Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const buildsBefore = wanted.length > 0 && !wanted.includes('build') && chosen.some(([, { needsBuild }]) => needsBuild);

const failed = [];
if (buildsBefore) chosen.unshift(['build', checks.build]);
for (const [name, { command }] of chosen) {
  console.log(`\n▶ ${name}: ${command}`);
  const started = performance.now();
  const { status } = spawnSync(command, { cwd: root, shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✘'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}

// A single check has said so already.
if (failed.length > 0) console.log(`\n✘ failed: ${failed.join(', ')}`);
else if (chosen.length > 1) console.log(`\n✔ passed: ${chosen.length}`);
process.exitCode = failed.length > 0 ? 1 : 0;
