import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { measure } from './sizes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { build } = createRequire(`${root}package.json`)('esbuild');
const out = `${root}docs/public/playground`;

/** Makes what the playground loads: the built package for the browser, the worker, and the table of sizes. */
export const makePlayground = async () => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const names = JSON.parse(readFileSync(`${root}test/exports.json`, 'utf8'));
  const fileOf = (specifier) => {
    const { module, default: fallback } = exports[specifier.replace('lagclient', '.')];
    return `${root}${module ?? fallback}`;
  };
  const resources = Object.keys(names).filter(
    (one) => !/^lagclient(\/(robots|node|sandbox|sandbox\/node))?$/.test(one),
  );
  const entries = Object.fromEntries(
    ['lagclient/robots', 'lagclient/sandbox', ...resources].map((one) => [
      `entries/${one.replaceAll('/', '-')}`,
      fileOf(one),
    ]),
  );
  await build({
    entryPoints: {
      worker: `${root}docs/playground/worker.ts`,
      'entries/lagclient': `${root}docs/playground/lagclient.ts`,
      'entries/neverthrow': 'neverthrow',
      ...entries,
    },
    outdir: out,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    define: { RESOURCES: JSON.stringify(resources) },
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
