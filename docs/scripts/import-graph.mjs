import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Which part of the house a source file belongs to: its folder, or itself. */
const partOf = (file) => (file.includes('/') ? file.split('/')[0] : file.replace('.ts', ''));

/** Who imports whom, between the parts of src/: the number of imports, and whether all of them are types. */
export const readImportGraph = () => {
  const edges = new Map();
  for (const file of readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const source = readFileSync(`${root}src/${file}`, 'utf8');
    for (const [, isType, clause, target] of source.matchAll(
      /^(?:import|export)( type)? ([^;]*?)from '(\.[^']+)\.js'/gms,
    )) {
      const [from, to] = [partOf(file), partOf(`${normalize(join(dirname(file), target))}.ts`)];
      if (from === to) continue;
      const key = `${from} ${to}`;
      const edge = edges.get(key) ?? { from, to, count: 0, isType: true };
      edge.count++;
      edge.isType &&= Boolean(isType) || /^\{(\s*type \w+( as \w+)?,?)*\s*\}\s*$/.test(clause);
      edges.set(key, edge);
    }
  }
  return [...edges.values()].toSorted((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
};
