import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The entries of the package as its exports map names them: what is imported, its source, and its page. */
export const readEntries = () =>
  Object.entries(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).exports)
    .filter(([, target]) => target.types)
    .map(([subpath, { types }]) => ({
      specifier: `lagclient${subpath.slice(1)}`,
      source: types.replace('./dist/', 'src/').replace('.d.ts', '.ts'),
      page: subpath === '.' ? 'lagclient' : subpath.slice(2).replaceAll('/', '-'),
    }));
