// Asserts that the tarball holds what a user needs and nothing of the machine it was made on.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { entries, pkg, root } from './entries.mjs';
import { checkMaps } from './maps.mjs';
import { packInto } from './tarball.mjs';

const MAX_FILE_BYTES = 1_000_000;
const MAX_PACKED_BYTES = 600_000;
const PACKED = /^(?:(?:dist|src)\/.+|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/;
/** esbuild, Rollup, webpack and Bun take the first condition they know, and need the files that tree-shake. */
const CONDITIONS = ['types', 'module', 'node', 'default'];

const failures = [];
const read = (path) => readFileSync(join(root, path), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'pack-'));
const tarball = packInto(folder);
const packed = new Set(tarball.files.map(({ path }) => path));

for (const [command, ...args] of [
  ['publint', '--strict'],
  ['attw', join(folder, tarball.filename), '--profile', 'esm-only'],
]) {
  const { status, stdout, stderr } = spawnSync('npx', [command, ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) failures.push(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
}
rmSync(folder, { recursive: true });

for (const [entry, target] of Object.entries(pkg.exports)) {
  const conditions = Object.keys(target);
  const inOrder = CONDITIONS.filter((condition) => conditions.includes(condition));
  if (target.types && conditions.join() !== inOrder.join())
    failures.push(`${entry} has the conditions ${conditions.join(', ')}: the order is ${CONDITIONS.join(', ')}`);
}

// What an entry reaches, as types or as code, is in the tarball or is a dependency.
const known = new Set([...builtinModules, ...Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies })]);
const seen = new Set();
const visit = (file) => {
  if (seen.has(file)) return;
  seen.add(file);
  if (!packed.has(file)) {
    failures.push(`${file} is imported and not packed`);
    return;
  }
  for (const { fileName: name } of ts.preProcessFile(read(file), true, true).importedFiles) {
    const isDeclaration = file.endsWith('.d.ts');
    if (name.startsWith('.')) visit(join(dirname(file), isDeclaration ? name.replace(/\.js$/, '.d.ts') : name));
    else if (!name.startsWith('node:') && !known.has(name)) failures.push(`${file} imports ${name}, no dependency`);
  }
};
for (const { types, module, node } of entries) for (const file of [types, module, node]) if (file) visit(join(file));

for (const { path, size } of tarball.files) {
  if (!PACKED.test(path)) failures.push(`${path} is packed`);
  if (size > MAX_FILE_BYTES) failures.push(`${path} has ${size} bytes`);
  const text = read(path);
  if (text.includes(root.slice(0, -1)) || /file:\/\/\/|\/home\/|\/Users\//.test(text))
    failures.push(`${path} names a path of this machine`);
}
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/bundled/THIRD-PARTY-LICENSES.txt'])
  if (!packed.has(name)) failures.push(`${name} is not packed`);
if (tarball.size > MAX_PACKED_BYTES) failures.push(`the tarball has ${tarball.size} bytes`);

const maps = checkMaps(root, packed);
failures.push(...maps.failures);

// What is built exports what test/exports.test.ts saw in the sources, for bundlers and for Node.
const promised = JSON.parse(read('test/exports.json'));
for (const { specifier, module, node } of entries)
  for (const file of [module, node].filter(Boolean)) {
    const names = Object.keys(await import(join(root, file))).toSorted();
    if (names.join() !== promised[specifier]?.join()) failures.push(`${file} exports ${names.join(', ')}`);
  }

for (const failure of failures) console.error(failure);
console.log(`${tarball.files.length} files, ${tarball.size} bytes packed, ${tarball.unpackedSize} unpacked`);
console.log(`${maps.count} maps lead ${maps.names} names to themselves in packed sources`);
process.exitCode = failures.length ? 1 : 0;
