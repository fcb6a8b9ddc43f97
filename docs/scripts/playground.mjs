import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { entries } from '../../test/checks/entries.mjs';
import { measure } from './sizes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { build } = createRequire(`${root}package.json`)('esbuild');
const out = `${root}docs/public/playground`;

/** A worker in a browser cannot load these. */
const NEEDS_NODE = ['lagclient/node', 'lagclient/sandbox/node'];

/** Makes what the playground loads: the built package for the browser, the worker, and the table of sizes. */
export const makePlayground = async () => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const names = JSON.parse(readFileSync(`${root}test/exports.json`, 'utf8'));
  const fileOf = (specifier) => {
    const { module, node } = entries.find((entry) => entry.specifier === specifier);
    return `${root}${module ?? node}`;
  };
  const specifiers = entries.map(({ specifier }) => specifier).filter((specifier) => !NEEDS_NODE.includes(specifier));
  const entryPoints = Object.fromEntries(
    specifiers.map((specifier) => [`entries/${specifier.replaceAll('/', '-')}`, fileOf(specifier)]),
  );
  await build({
    entryPoints: {
      worker: `${root}docs/playground/worker.ts`,
      ...entryPoints,
      'entries/lagclient': `${root}docs/playground/lagclient.ts`,
      'entries/neverthrow': 'neverthrow',
    },
    outdir: out,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    define: { SPECIFIERS: JSON.stringify([...specifiers, 'neverthrow']) },
    absWorkingDir: root,
    nodePaths: [`${root}docs/node_modules`],
    logLevel: 'error',
    plugins: [
      {
        name: 'entries',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^lagclient(\/|$)/ }, ({ path }) => ({ path: fileOf(path) }));
        },
      },
    ],
  });
  const sizes = JSON.stringify(await measure(names));
  writeFileSync(`${out}/sizes.json`, sizes);
  const worker = brotliCompressSync(readFileSync(`${out}/worker.js`)).length;
  console.log(`playground: worker ${worker} bytes (brotli), table of sizes ${sizes.length}`);
};
