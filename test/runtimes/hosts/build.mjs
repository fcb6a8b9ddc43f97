import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';

// `node build.mjs <bundler> <folder of the app> <output folder>`: builds it for production; any warning fails.
const [bundler, app, out] = process.argv.slice(2);
const entry = join(app, 'main.js');
const warnings = [];

const builders = {
  esbuild: async () => {
    const result = await esbuild({
      entryPoints: [entry],
      outfile: join(out, 'main.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    warnings.push(...result.warnings.map(({ text }) => text));
  },
  rollup: async () => {
    const built = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: true })],
      onwarn: ({ message }) => warnings.push(message),
    });
    await built.write({ dir: out, format: 'es' });
  },
  vite: async () => {
    const note = (message) => warnings.push(message);
    const customLogger = {
      info() {},
      warn: note,
      warnOnce: note,
      error: note,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    };
    await vite({
      root: app,
      configFile: false,
      base: './',
      customLogger,
      build: { outDir: out, emptyOutDir: true, reportCompressedSize: false },
    });
  },
  webpack: () =>
    new Promise((resolve, reject) => {
      webpack(
        { mode: 'production', context: app, entry: './main.js', output: { path: out, filename: 'main.js' } },
        (error, stats) => {
          if (error) return reject(error);
          const found = stats.toJson({ all: false, warnings: true, errors: true });
          warnings.push(...[...found.errors, ...found.warnings].map(({ message }) => message));
          resolve();
        },
      );
    }),
};

await builders[bundler]();
if (warnings.length) {
  console.error(warnings.join('\n'));
  process.exitCode = 1;
}
