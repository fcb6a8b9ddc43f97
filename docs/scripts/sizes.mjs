import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { createRequire } from 'node:module';

const root = fileURLToPath(new URL('../../', import.meta.url));
// The package's own esbuild, not the one of the site.
const { build } = createRequire(`${root}package.json`)('esbuild');
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Bundles a module over the built package: minified, everything included. */
const bundle = async (code) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*', 'undici'],
    plugins: [
      {
        name: 'entries',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^lagclient(\/|$)/ }, ({ path }) => {
            const target = exports[path.replace('lagclient', '.')];
            return { path: root + (target.module ?? target.default), sideEffects: false };
          });
        },
      },
    ],
    logLevel: 'silent',
  });
  const [{ inputs, bytes }] = Object.values(metafile.outputs);
  return { contents: outputFiles[0].contents, bytes, inputs };
};

/** Bytes of what a module leaves in a bundle, brotli-compressed. */
export const brotliOf = async (code) => brotliCompressSync((await bundle(code)).contents).length;

/**
 * For each export of an entry what it weighs alone, and how many minified bytes of which module it needs, so that a page
 * can add up what a program needs without a bundler: see `estimate` of the playground.
 */
export const measure = async (entries) => {
  // Programs from small to large, for how well code of that size compresses.
  const anchors = await Promise.all(
    [
      `export { createContext } from 'lagclient';`,
      `export { createContext, sendRoomMessage } from 'lagclient';`,
      `export * from 'lagclient';`,
      `export * from 'lagclient'; export * from 'lagclient/sandbox';`,
    ].map(async (code) => {
      const { bytes, contents } = await bundle(code);
      return { min: bytes, brotli: brotliCompressSync(contents).length };
    }),
  );
  const modules = [];
  const indexOf = (file) => (modules.includes(file) ? modules.indexOf(file) : modules.push(file) - 1);
  const measured = await Promise.all(
    Object.entries(entries).flatMap(([specifier, names]) =>
      names.map(async (name) => {
        const { contents, bytes, inputs } = await bundle(`export { ${name} } from '${specifier}';`);
        const own = Object.entries(inputs).filter(([file, { bytesInOutput }]) => bytesInOutput && file !== '<stdin>');
        return { specifier, name, min: bytes, brotli: brotliCompressSync(contents).length, own };
      }),
    ),
  );
  const sizes = {};
  for (const { specifier, name, min, brotli, own } of measured)
    (sizes[specifier] ??= {})[name] = {
      min,
      brotli,
      parts: own.map(([file, { bytesInOutput }]) => [indexOf(file), bytesInOutput]),
    };
  return { anchors, modules, sizes };
};
