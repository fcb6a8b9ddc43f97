import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { pkg, root } from './entries.mjs';

const optional = ['undici', 'node:*'];

/** What is left outside of a bundle for each of the three sizes that are published. */
const externals = {
  /** With all that it needs. */
  alone: optional,
  /** What it adds to an app that has neverthrow and valibot already. */
  shared: [...optional, 'neverthrow', 'valibot'],
  /** The package's own code. */
  own: [...optional, ...Object.keys(pkg.dependencies)],
};

/** Bundles and minifies `code` as an application's build would. */
export const bundle = async (code, { external = externals.alone, platform = 'browser' } = {}) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform,
    external,
    metafile: true,
    // Not the sources, to which tsconfig.json leads.
    tsconfigRaw: {},
    write: false,
    logLevel: 'error',
  });
  return { code: outputFiles[0].text, inputs: Object.values(metafile.outputs)[0].inputs };
};

/** Bytes of a piece of code; brotli at its highest quality, where esbuild and zlib give the same each time. */
export const bytesOf = (code) => ({
  min: Buffer.byteLength(code),
  gzip: code ? gzipSync(code, { level: 9 }).length : 0,
  brotli: code ? brotliCompressSync(code).length : 0,
});

/** `{ alone, shared, own }`, each as minified, gzip and brotli bytes. */
export const sizesOf = async (code) => {
  const sizes = {};
  for (const [name, external] of Object.entries(externals))
    sizes[name] = bytesOf((await bundle(code, { external })).code);
  return sizes;
};
