// Asserts that the tarball holds what a user needs and nothing of the machine it was made on.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { entries, pkg, root } from './entries.mjs';

const MAX_FILE_BYTES = 1_000_000;
const MAX_PACKED_BYTES = 600_000;

const failures = [];
const run = (command, ...args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) failures.push(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
};

const folder = mkdtempSync(join(tmpdir(), 'pack-'));
const [tarball] = JSON.parse(run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder));

run('npx', 'publint', '--strict');
run('npx', 'attw', join(folder, tarball.filename), '--profile', 'esm-only');
rmSync(folder, { recursive: true });

const known = new Set([...builtinModules, ...Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies })]);
const importsOf = (code) =>
  [...code.matchAll(/^(?:import|export|\})[^;'"]*? from ['"]([^'"]+)['"]|\bimport\(?\s*['"]([^'"]+)['"]/gm)].map(
    ([, from, imported]) => from ?? imported,
  );

// What an entry reaches, as types or as code, is in the tarball or is a dependency.
const seen = new Set();
const visit = (file) => {
  if (seen.has(file)) return;
  seen.add(file);
  if (!tarball.files.some(({ path }) => path === file)) return failures.push(`${file} is imported and not packed`);
  for (const name of importsOf(readFileSync(join(root, file), 'utf8')))
    if (name.startsWith('.'))
      visit(join(dirname(file), file.endsWith('.d.ts') ? name.replace(/\.js$/, '.d.ts') : name));
    else if (!name.startsWith('node:') && !known.has(name)) failures.push(`${file} imports ${name}, no dependency`);
};
for (const { types, module, node } of entries)
  [types, module, node].filter(Boolean).forEach((file) => visit(join(file)));

for (const { path, size } of tarball.files) {
  if (!/^(dist\/.+|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/.test(path)) failures.push(`${path} is packed`);
  if (size > MAX_FILE_BYTES) failures.push(`${path} has ${size} bytes`);
  const text = readFileSync(join(root, path), 'utf8');
  if (text.includes(root.slice(0, -1)) || /file:\/\/\/|\/home\/|\/Users\//.test(text))
    failures.push(`${path} names a path of this machine`);
}
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/bundled/THIRD-PARTY-LICENSES.txt'])
  if (!tarball.files.some(({ path }) => path === name)) failures.push(`${name} is not packed`);
if (tarball.size > MAX_PACKED_BYTES) failures.push(`the tarball has ${tarball.size} bytes`);

// What is built is what was snapshot from the sources, for bundlers and for Node.
const promised = JSON.parse(readFileSync(join(root, 'test/exports.json'), 'utf8'));
for (const { specifier, module, node } of entries)
  for (const file of [module, node].filter(Boolean)) {
    const names = Object.keys(await import(join(root, file))).toSorted();
    if (names.join() !== promised[specifier]?.join()) failures.push(`${file} exports ${names.join(', ')}`);
  }

for (const failure of failures) console.error(failure);
console.log(`${tarball.files.length} files, ${tarball.size} bytes packed, ${tarball.unpackedSize} unpacked`);
process.exitCode = failures.length ? 1 : 0;
