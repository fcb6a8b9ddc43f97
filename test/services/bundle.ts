import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { entries } from '../docs/bundle.js';

const here = fileURLToPath(new URL('./', import.meta.url));

/** Bundles a program that imports the package by its name; gives the file. */
export const bundle = async (entry: string, platform: 'node' | 'browser'): Promise<string> => {
  const outfile = `${here}out/${entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs')}`;
  await build({
    entryPoints: [entry.startsWith('/') ? entry : here + entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform,
    target: 'node20',
    nodePaths: [`${here}node_modules`],
    external: ['cloudflare:workers'],
    logLevel: 'error',
    // Packages that are CommonJS ask for `require`.
    ...(platform === 'node' && {
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
    plugins: [
      {
        name: 'entries',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^lagclient(\/|$)/ }, ({ path }) =>
            entries[path] ? { path: entries[path] } : undefined,
          ),
      },
    ],
  });
  return outfile;
};
