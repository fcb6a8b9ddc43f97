import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const pkg = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** The public entries: their specifier, and what TypeScript, bundlers and Node get for it. */
export const entries = Object.entries(pkg.exports)
  .filter(([, target]) => target.types)
  .map(([name, target]) => ({
    specifier: name.replace('.', pkg.name),
    types: target.types,
    module: target.module,
    node: target.node ?? target.default,
    isResource: target.types.includes('/operations/'),
  }));
