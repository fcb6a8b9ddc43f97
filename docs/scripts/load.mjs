import { createRequire } from 'node:module';
import { pathToFileURL, fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { build } = createRequire(`${root}package.json`)('esbuild');

/** Loads a module of docs/ that is written in TypeScript. */
export const load = async (name) => {
  const outfile = `${root}.cache/docs/${name}.mjs`;
  await build({
    entryPoints: [`${root}docs/${name}.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
};
