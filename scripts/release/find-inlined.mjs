// Compares what a package publishes with other packages, to find out which of them it contains a copy of:
//
//   node scripts/release/find-inlined.mjs rrule-temporal temporal-polyfill temporal-utils
//
// For each version of the others in the range that the package was developed with, it prints how much of that version's
// distinctive text is in the package, and text that no other version has. Minifying changes names, not text.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAst } from 'rollup/parseAst';
import { readTarball } from './tarball.mjs';

/** Shorter text is in everything. */
const MIN_TEXT_LENGTH = 12;

/** The string literals, templates and regular expressions of a module. */
const textsOf = (code) => {
  const texts = new Set();
  const add = (text) => {
    if (typeof text === 'string' && text.length >= MIN_TEXT_LENGTH) texts.add(text);
  };
  const visit = (node) => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (typeof node?.type !== 'string') return;
    if (node.type === 'Literal') add(node.regex?.pattern ?? node.value);
    if (node.type === 'TemplateElement') add(node.value.cooked);
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child);
  };
  visit(parseAst(code).body);
  return texts;
};

const npm = (...args) => execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const textsOfPackage = (spec, folder) => {
  const [{ filename }] = JSON.parse(npm('pack', spec, '--json', '--pack-destination', folder));
  const { files } = readTarball(join(folder, filename));
  return new Set([...files].flatMap(([path, code]) => (/\.m?js$/.test(path) ? [...textsOf(code.toString())] : [])));
};

const [name, ...candidates] = process.argv.slice(2);
if (name) {
  const {
    version,
    devDependencies = {},
    dependencies = {},
  } = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'));
  console.log(`${name} ${version} was developed with: ${Object.keys(devDependencies).join(', ') || 'nothing'}`);
  const folder = mkdtempSync(join(tmpdir(), 'lagclient-inlined-'));
  const published = textsOfPackage(`${name}@${version}`, folder);
  for (const candidate of candidates) {
    const range = { ...devDependencies, ...dependencies }[candidate] ?? '*';
    const versions = [JSON.parse(npm('view', `${candidate}@${range}`, 'version', '--json'))].flat();
    const texts = new Map(versions.map((each) => [each, textsOfPackage(`${candidate}@${each}`, folder)]));
    for (const [each, own] of texts) {
      const found = [...own].filter((text) => published.has(text));
      const unique = found.filter((text) => [...texts].every(([other, set]) => other === each || !set.has(text)));
      console.log(`${candidate} ${each}: ${found.length} of ${own.size} texts, ${unique.length} in no other version`);
      for (const text of unique) console.log(`  ${JSON.stringify(text)}`);
    }
  }
}
