import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import webpack from 'webpack';
import { pkg, root } from '../checks/entries.mjs';

/*
 * Each bundler takes a list of source texts, bundles each alone with its production settings, and returns for each
 * `{ code, map, base }`, where the sources of the map are relative to `base`.
 */

// Dependencies stay outside: a call into what a bundler cannot see is kept unless it is marked as pure.
const dependencies = Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies });
const external = [/^node:/, ...dependencies.map((name) => new RegExp(`^${name}$`))];
const ENTRY = '\0entry.js';
const virtual = (code) => ({
  name: 'virtual',
  resolveId: (id) => (id === ENTRY ? id : null),
  load: (id) => (id === ENTRY ? code : null),
});
const importer = `${root}entry.js`;

/** So that the map of a bundle leads to the built modules, which the graph reads, and not on to their TypeScript. */
const withoutMaps = {
  name: 'without-maps',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      return { contents: (await readFile(path, 'utf8')).replace(/^\/\/# sourceMappingURL.*$/m, '') };
    }),
};

const esbuildAll = async (codes) => {
  const { outputFiles } = await build({
    entryPoints: codes.map((_, index) => ({ in: `entry:${index}`, out: `${index}` })),
    plugins: [
      {
        name: 'virtual',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^entry:/ }, ({ path }) => ({ path, namespace: 'entry' }));
          onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
            contents: codes[path.slice('entry:'.length)],
            resolveDir: root,
          }));
        },
      },
      withoutMaps,
    ],
    absWorkingDir: root,
    tsconfigRaw: {},
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*', ...dependencies],
    sourcemap: 'external',
    write: false,
    outdir: root,
    logLevel: 'error',
  });
  const textOf = (name) => outputFiles.find(({ path }) => path === resolve(root, name)).text;
  return codes.map((_, index) => ({ code: textOf(`${index}.js`), map: textOf(`${index}.js.map`), base: root }));
};

const rollupAll = async (codes) => {
  const results = [];
  let cache;
  for (const code of codes) {
    const bundle = await rollup({
      input: ENTRY,
      external,
      // Rollup would keep `import 'neverthrow'` of modules that it drops, in case neverthrow does something when loaded.
      treeshake: { moduleSideEffects: 'no-external' },
      cache,
      plugins: [virtual(code), resolveFromRoot, nodeResolve()],
      onLog: (_, log) => log.code !== 'EMPTY_BUNDLE' && console.error(log.message),
    });
    ({ cache } = bundle);
    const { output } = await bundle.generate({ sourcemap: true, file: `${root}out.js` });
    results.push({ code: output[0].code, map: output[0].map, base: root });
  }
  return results;
};

const resolveFromRoot = {
  name: 'resolve-from-root',
  resolveId(id, from) {
    return from === ENTRY ? this.resolve(id, importer) : null;
  },
};

const rolldownAll = async (codes) => {
  const results = [];
  for (const code of codes) {
    const bundle = await rolldown({
      input: ENTRY,
      external,
      plugins: [virtual(code), resolveFromRoot],
      cwd: root,
      tsconfig: false,
    });
    const { output } = await bundle.generate({ sourcemap: true, minify: true, file: `${root}out.js` });
    await bundle.close();
    results.push({ code: output[0].code, map: output[0].map, base: root });
  }
  return results;
};

const webpackAll = async (codes) => {
  const files = new Map();
  const compiler = webpack({
    mode: 'production',
    context: root,
    target: ['web', 'es2022'],
    devtool: 'hidden-source-map',
    entry: Object.fromEntries(codes.map((code, index) => [index, `data:text/javascript,${encodeURIComponent(code)}`])),
    externalsType: 'module',
    externals: external,
    experiments: { outputModule: true },
    output: {
      path: root,
      filename: '[name].js',
      library: { type: 'module' },
      devtoolModuleFilenameTemplate: '[absolute-resource-path]',
    },
    performance: false,
  });
  compiler.outputFileSystem = {
    mkdir: (_, ...rest) => rest.at(-1)(null),
    stat: (_, done) => done(Object.assign(new Error('not there'), { code: 'ENOENT' })),
    writeFile: (path, content, done) => {
      files.set(path, content.toString());
      done(null);
    },
  };
  const stats = await new Promise((done, fail) =>
    compiler.run((error, result) => (error ? fail(error) : done(result))),
  );
  await new Promise((done) => compiler.close(done));
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'));
  return codes.map((_, index) => ({
    code: files.get(resolve(root, `${index}.js`)),
    map: files.get(resolve(root, `${index}.js.map`)),
    base: root,
  }));
};

export const bundlers = {
  esbuild: { bundleAll: esbuildAll },
  rollup: { bundleAll: rollupAll, slow: true },
  rolldown: { bundleAll: rolldownAll },
  webpack: { bundleAll: webpackAll, slow: true },
};
