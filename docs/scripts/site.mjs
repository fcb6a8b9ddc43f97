// Builds the site, or serves it: `npm run docs:build`, `npm run docs:dev`. Installs the packages of docs/ where they are
// missing, and makes what is not written by hand.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = `${root}docs`;
const command = process.argv[2] ?? 'build';

const run = (line, cwd) => {
  const { status } = spawnSync(line, { cwd, shell: true, stdio: 'inherit' });
  if (status) process.exit(status);
};

const isInstalled = () => {
  const { devDependencies } = JSON.parse(readFileSync(`${docs}/package.json`, 'utf8'));
  return Object.entries(devDependencies).every(([name, version]) => {
    const file = `${docs}/node_modules/${name}/package.json`;
    return existsSync(file) && version.endsWith(JSON.parse(readFileSync(file, 'utf8')).version);
  });
};

if (!isInstalled()) run('npm ci --ignore-scripts --no-audit --no-fund', docs);
run('npm run -s build', root);
run('npx tsc -p docs/tsconfig.json', root);

const { checkOpenApi } = await import('./check-openapi.mjs');
const { makeImports } = await import('./imports.mjs');
const { makePlayground } = await import('./playground.mjs');
const { makeReference } = await import('./reference.mjs');
await checkOpenApi();
await makeImports();
await makePlayground();
await makeReference();

run(`npx vitepress ${command} .`, docs);
