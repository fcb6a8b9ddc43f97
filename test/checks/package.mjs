// Checks the tarball: that it holds what a user needs, and nothing of the machine it was made on.
//
//   node test/checks/package.mjs                        packs dist and checks the result
//   node test/checks/package.mjs --update               writes test/release/packed-files.txt: the files but the sources and
//                                                       what is compiled from each
//   node test/checks/package.mjs --tarball=FILE --repository=https://github.com/OWNER/NAME
//                                                       checks what the release will publish
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { sbomOf } from '../../scripts/release/parts.mjs';
import { readTarball, writeFiles } from '../../scripts/release/tarball.mjs';
import { entries, root } from './entries.mjs';
import { checkMaps } from './maps.mjs';
import { packInto } from './tarball.mjs';

const MAX_FILE_BYTES = 1_000_000;
const MAX_PACKED_BYTES = 600_000;
const LIST = join(root, 'test/release/packed-files.txt');
/** The command, which nobody imports. */
const WITHOUT_DECLARATION = ['src/sandbox/cli.ts'];
/** esbuild, Rollup, webpack and Bun take the first condition they know, and need the files that tree-shake. */
const CONDITIONS = ['types', 'module', 'node', 'default'];
const REQUIRED_FIELDS = ['version', 'description', 'keywords', 'engines', 'exports', 'bin'];
/** npm runs these on the user's machine. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

const { values: flags } = parseArgs({
  options: { tarball: { type: 'string' }, repository: { type: 'string' }, update: { type: 'boolean' } },
});

const failures = [];
const folder = mkdtempSync(join(tmpdir(), 'lagclient-pack-'));
const file = flags.tarball ? resolve(flags.tarball) : join(folder, packInto(folder).filename);
const packedBytes = readFileSync(file).length;
const { manifest, files } = readTarball(file);
const packed = new Set(files.keys());

// Through a shell, because npx is a script of one on Windows.
for (const command of [`npx publint --strict "${file}"`, `npx attw "${file}" --profile esm-only`]) {
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, encoding: 'utf8', shell: true });
  if (status !== 0) failures.push(`${command}\n${stdout}${stderr}`);
}
failures.push(...sbomOf(file, root).problems);
writeFiles(files, folder);
const maps = checkMaps(folder, packed);
failures.push(...maps.failures);
rmSync(folder, { recursive: true });

// The manifest. Only the release knows where the project lives.
const { repository: url } = flags;
const expected = {
  name: 'lagclient',
  license: 'MIT',
  author: 'lagclient contributors',
  type: 'module',
  sideEffects: false,
  repository: url && { type: 'git', url: `git+${url}.git` },
  homepage: url && `${url}#readme`,
  bugs: url && { url: `${url}/issues` },
};
for (const [field, value] of Object.entries(expected))
  if (JSON.stringify(manifest[field]) !== JSON.stringify(value))
    failures.push(`the packed manifest has ${field}: ${JSON.stringify(manifest[field])}, not ${JSON.stringify(value)}`);
for (const field of REQUIRED_FIELDS) if (!manifest[field]) failures.push(`the packed manifest has no ${field}`);
for (const script of INSTALL_SCRIPTS)
  if (manifest.scripts?.[script]) failures.push(`the package would run ${script} on the user's machine`);
for (const [entry, target] of Object.entries(manifest.exports)) {
  const conditions = Object.keys(target);
  const inOrder = CONDITIONS.filter((condition) => conditions.includes(condition));
  if (target.types && conditions.join() !== inOrder.join())
    failures.push(`${entry} has the conditions ${conditions.join(', ')}: the order is ${CONDITIONS.join(', ')}`);
}

// npm shows README far from the repository.
if (url) {
  const readme = files.get('README.md').toString();
  for (const [, target] of readme.matchAll(/\]\(([^)\s]+)/g))
    if (!/^(https:|#)/.test(target)) failures.push(`README links to ${target}, which npm cannot follow`);
}

// The files. Each source that git tracks is packed, with its declaration and the map of that. What is compiled from it is
// packed with its map, unless it holds types only. Every other file is in the list.
const isMissing = (path) => !packed.has(path);
const sources = execFileSync('git', ['ls-files', 'src/**.ts'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
const ofSources = new Set();
for (const source of sources) {
  const stem = source.replace(/^src/, 'dist').replace(/\.ts$/, '');
  const compiled = [`${stem}.js`, `${stem}.js.map`];
  const declared = WITHOUT_DECLARATION.includes(source) ? [] : [`${stem}.d.ts`, `${stem}.d.ts.map`];
  for (const path of [source, ...declared].filter(isMissing)) failures.push(`${path} is not packed`);
  if (compiled.filter(isMissing).length === 1) failures.push(`${compiled.join(' and ')} are not packed together`);
  for (const path of [source, ...declared, ...compiled]) ofSources.add(path);
}
const others = [...packed].filter((path) => !ofSources.has(path)).toSorted((a, b) => (a < b ? -1 : 1));
if (flags.update) writeFileSync(LIST, `${others.join('\n')}\n`);
const listed = readFileSync(LIST, 'utf8').trimEnd().split('\n');
for (const path of others.filter((each) => !listed.includes(each)))
  failures.push(`${path} is packed, but neither tracked source nor listed in packed-files.txt (--update adds it)`);
for (const path of listed.filter(isMissing))
  failures.push(`${path} is listed in packed-files.txt (--update removes it), but not packed`);
if (packedBytes > MAX_PACKED_BYTES) failures.push(`the tarball has ${packedBytes} bytes`);

for (const [path, content] of files) {
  if (content.length > MAX_FILE_BYTES) failures.push(`${path} has ${content.length} bytes`);
  const text = content.toString();
  if (text.includes(root.slice(0, -1)) || /file:\/\/\/|\/home\/|\/Users\//.test(text))
    failures.push(`${path} names a path of this machine`);
}

// What an entry reaches, as types or as code, is in the tarball or is a dependency.
const known = new Set([...builtinModules, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })]);
const seen = new Set();
const visit = (path) => {
  if (seen.has(path)) return;
  seen.add(path);
  if (!packed.has(path)) {
    failures.push(`${path} is imported and not packed`);
    return;
  }
  const isDeclaration = path.endsWith('.d.ts');
  for (const { fileName: name } of ts.preProcessFile(files.get(path).toString(), true, false).importedFiles)
    if (name.startsWith('.'))
      visit(posix.join(posix.dirname(path), isDeclaration ? name.replace(/\.js$/, '.d.ts') : name));
    else if (!name.startsWith('node:') && !known.has(name)) failures.push(`${path} imports ${name}, no dependency`);
};
for (const target of [...Object.values(manifest.exports), manifest.bin])
  for (const path of Object.values(target)) if (/\.(js|d\.ts)$/.test(path)) visit(posix.normalize(path));

// What is built exports what test/exports.test.ts saw in the sources, for bundlers and for Node.
const promised = JSON.parse(readFileSync(join(root, 'test/exports.json'), 'utf8'));
for (const { specifier, module, node } of entries)
  for (const path of [module, node].filter(Boolean)) {
    const names = Object.keys(await import(pathToFileURL(join(root, path)).href)).toSorted();
    if (names.join() !== promised[specifier]?.join()) failures.push(`${path} exports ${names.join(', ')}`);
  }

for (const failure of failures) console.error(failure);
const unpackedBytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
console.log(`${files.size} files, ${packedBytes} bytes packed, ${unpackedBytes} unpacked`);
console.log(`${maps.count} maps lead ${maps.names} names to themselves in packed sources`);
process.exitCode = failures.length > 0 ? 1 : 0;
