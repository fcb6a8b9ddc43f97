// Writes what must agree with package.json: `node scripts/release/sync.mjs`. With `--check` it only tells what does not.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const read = (file) => readFileSync(file, 'utf8');
const pkg = JSON.parse(read('package.json'));
const jsr = JSON.parse(read('jsr.json'));

/** What JSR does not get: it has no Node-only entries. */
const isExcluded = (path) => jsr.publish.exclude.some((each) => path === each || path.startsWith(`${each}/`));

const typesOf = (target) =>
  typeof target === 'string' ? target : (target.types ?? Object.values(target).map(typesOf).find(Boolean));

/** The sources of the entries: JSR publishes them, where npm publishes what is built. */
const exports = Object.fromEntries(
  Object.entries(pkg.exports)
    .map(([entry, target]) => [
      entry,
      typesOf(target)
        .replace('./dist/', './src/')
        .replace(/\.d\.ts$/, '.ts'),
    ])
    .filter(([, source]) => source.endsWith('.ts') && !isExcluded(source.slice('./'.length))),
);

const ranges = { ...pkg.devDependencies, ...pkg.peerDependencies, ...pkg.dependencies };
const sources = readdirSync('src', { recursive: true })
  .map((name) => join('src', name).replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !isExcluded(path));
const imported = sources
  .flatMap((path) => [...read(path).matchAll(/\b(?:from|import\()\s*'((?:@[^/']+\/)?[^./'][^/']*)[^']*'/g)])
  .map(([, name]) => name)
  .filter((name) => !name.startsWith('node:'));
const imports = Object.fromEntries(
  [...new Set(imported)].toSorted().map((name) => [name, `npm:${name}@${ranges[name]}`]),
);

const wanted = {
  'jsr.json': `${JSON.stringify({ ...jsr, version: pkg.version, exports, imports }, null, 2)}\n`
    // As the formatter has it.
    .replace(/\[\n\s+([^[\]]*?)\n\s+\]/g, (_, items) => `[${items.replace(/,\s+/g, ', ')}]`),
  'src/version.ts': read('src/version.ts').replace(/VERSION = '[^']*'/, `VERSION = '${pkg.version}'`),
  'docs/public/sandbox-openapi.json': read('docs/public/sandbox-openapi.json').replace(
    /"version": "[^"]*"/,
    `"version": "${pkg.version}"`,
  ),
  'docs/examples/deno-deploy/deno.json': read('docs/examples/deno-deploy/deno.json').replace(
    /npm:lagclient@\^[^"]*/,
    `npm:lagclient@^${pkg.version}`,
  ),
};

for (const [file, text] of Object.entries(wanted)) {
  if (read(file).replaceAll('\r\n', '\n') === text) continue;
  if (flags.check) {
    console.error(`${file} does not agree with package.json: run \`node scripts/release/sync.mjs\``);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`wrote ${file}`);
  }
}
