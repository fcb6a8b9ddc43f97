import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TraceMap, eachMapping } from '@jridgewell/trace-mapping';

/** Compilers write these anew and map them to whatever they stand in front of. */
const KEYWORDS = new Set(
  'async await class const declare export for function get if import let new return type void'.split(' '),
);

/** The name that begins at a place, line from 1 and column from 0. */
const nameAt = (lines, line, column) => {
  const word = /^[A-Za-z_]\w*/.exec(lines[line - 1]?.slice(column) ?? '')?.[0];
  return KEYWORDS.has(word) ? undefined : word;
};

/**
 * Asserts that each packed source map and declaration map leads every name to itself in a source that is packed, too, and
 * that each compiled module has one; the bundles for Node have none.
 */
export const checkMaps = (root, packed) => {
  const failures = [];
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const linesOf = (file) => read(file).split('\n');
  let names = 0;

  const checkMap = (file) => {
    const map = new TraceMap(read(file), file);
    const missing = map.resolvedSources.filter((source) => !packed.has(source));
    if (missing.length) return failures.push(`${file} leads to ${missing.join()}, which is not packed`);
    const sources = new Map(map.resolvedSources.map((source) => [source, linesOf(source)]));
    const compiled = linesOf(join(dirname(file), map.file));
    const astray = [];
    eachMapping(map, ({ source, originalLine, originalColumn, generatedLine, generatedColumn, name }) => {
      if (!source) return;
      const to = nameAt(compiled, generatedLine, generatedColumn);
      const from = nameAt(sources.get(source), originalLine, originalColumn);
      if (!to || !from) return;
      names++;
      // A bundler that renames says so.
      if (to !== from && name !== from) astray.push(`${to} to ${from} of ${source}:${originalLine}`);
    });
    if (astray.length) failures.push(`${file} leads ${astray.length} names astray: ${astray[0]}`);
  };

  const maps = [...packed].filter((file) => file.endsWith('.map'));
  maps.forEach(checkMap);
  if (!names) failures.push('no map leads anywhere');

  for (const file of packed) {
    if (!/\.(?:js|d\.ts)$/.test(file)) continue;
    const url = /^\/\/# sourceMappingURL=(.+)$/m.exec(read(file))?.[1];
    if (url && !packed.has(join(dirname(file), url))) failures.push(`${file} names ${url}, which is not packed`);
    if (!url && !file.startsWith('dist/bundled/')) failures.push(`${file} names no map`);
  }
  return { failures, count: maps.length, names };
};
