// Everything that must hold before a commit; goes on after a failure, and ends with what failed.
import { spawnSync } from 'node:child_process';
import { root } from './entries.mjs';

const steps = {
  format: 'oxfmt --check',
  lint: 'oxlint --deny-warnings',
  types: 'tsc -p tsconfig.json',
  'unused code': 'knip',
  'tests and coverage': 'vitest run --coverage',
  build: 'npm run -s build',
  package: 'node test/checks/package.mjs',
  'loaded modules': 'node test/checks/loaded.mjs',
  sizes: 'node test/checks/size.mjs',
  'leak matrix': 'node test/bundles/matrix.mjs',
};

const failed = [];
for (const [name, command] of Object.entries(steps)) {
  console.log(`\n▶ ${name}: ${command}`);
  const started = performance.now();
  const { status } = spawnSync(command, { cwd: root, shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✔' : '✘'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}

console.log(failed.length ? `\n✘ failed: ${failed.join(', ')}` : `\n✔ all ${Object.keys(steps).length} checks passed`);
process.exitCode = failed.length ? 1 : 0;
