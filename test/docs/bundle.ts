import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { root } from './snippets.js';

const { exports }: { exports: Record<string, { types?: string }> } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
);

/** The source of each entry, by what is imported. */
export const entries: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(exports).flatMap(([subpath, { types }]) =>
    types ? [[`lagclient${subpath.slice(1)}`, types.replace('./dist/', `${root}src/`).replace('.d.ts', '.ts')]] : [],
  ),
);

/** Bundles modules that import the package by its name, over its source, so that Node can run them. */
export const bundleForNode = (entryPoints: Record<string, string>, outdir: string): Promise<unknown> =>
  build({
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    plugins: [
      {
        name: 'entries',
        setup: ({ onLoad, onResolve }) => {
          onResolve({ filter: /^lagclient(\/|$)/ }, ({ path }) =>
            entries[path] ? { path: entries[path] } : undefined,
          );
          // A test on a page is run by the test that runs the page.
          onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'page' }));
          onLoad({ filter: /./, namespace: 'page' }, () => ({
            contents: 'export const { expect, test } = globalThis.vitestOfPages;',
          }));
        },
      },
    ],
  });
