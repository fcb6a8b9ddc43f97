import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './entries.mjs';

const neutral = ['undici', 'node:*'];

/** Bundles and minifies `code` as an application's build would, all dependencies included but those named. */
export const bundle = async (code, external = []) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: [...neutral, ...external],
    metafile: true,
    // Not the sources, to which tsconfig.json leads.
    tsconfigRaw: {},
    write: false,
    logLevel: 'error',
  });
  return { code: outputFiles[0].text, inputs: Object.values(metafile.outputs)[0].inputs };
};

/** What a piece of code weighs; brotli at its highest quality, where esbuild and zlib give the same each time. */
export const weigh = (code) => ({
  min: Buffer.byteLength(code),
  gzip: code ? gzipSync(code, { level: 9 }).length : 0,
  brotli: code ? brotliCompressSync(code).length : 0,
});
