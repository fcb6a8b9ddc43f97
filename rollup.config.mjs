import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';
import { recordBundle } from './scripts/release/record-bundle.mjs';

const { bin, dependencies, exports, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(exports).filter((target) => target.types);

/** `./dist/robots/index.js` and `./dist/bundled/robots/index.js` are both built from `src/robots/index.ts`. */
const sourcesOf = (files) =>
  Object.fromEntries(
    files.map((file) => {
      const name = file.replace(/^\.\/dist\/(bundled\/)?/, '').replace(/\.js$/, '');
      return [name, `src/${name}.ts`];
    }),
  );

/** A dependency is imported, never copied. What only the sandbox needs is a devDependency, and is bundled with it. */
const isExternal = (id) =>
  id.startsWith('node:') ||
  Object.keys({ ...dependencies, ...peerDependencies }).some((name) => id === name || id.startsWith(`${name}/`));

const failOnWarning = (warning) => {
  throw Object.assign(new Error(warning.message), warning);
};

const removeDist = { name: 'remove-dist', buildStart: () => rmSync('dist', { recursive: true, force: true }) };

const makeExecutable = {
  name: 'make-executable',
  writeBundle: () => Object.values(bin).forEach((file) => chmodSync(file, 0o755)),
};

// For the list of parts and the licences of what the sandbox is bundled with.
const record = recordBundle();

const shared = { external: isExternal, treeshake: { moduleSideEffects: false }, onwarn: failOnWarning };
const plugins = [nodeResolve(), esbuild({ target: 'es2022' })];

export default [
  // For bundlers: one module per source file, because esbuild and webpack leak unused schemas out of a single file.
  {
    ...shared,
    input: sourcesOf(entries.flatMap(({ module }) => module ?? [])),
    plugins: [removeDist, ...plugins, record],
    // The package ships `src`, so the maps need no copy of it.
    output: {
      dir: 'dist',
      preserveModules: true,
      preserveModulesRoot: 'src',
      sourcemap: true,
      sourcemapExcludeSources: true,
    },
  },
  // For Node: few files, because a cold start opens and compiles each of them. Until its first response, a process takes
  // 22 ms of CPU more than with raw fetch from here, and 58 ms from the 96 modules above, on a busy machine with Node 20:
  // `node test/bench/first-response.mjs`.
  {
    ...shared,
    input: sourcesOf([...entries.map((target) => target.node ?? target.default), ...Object.values(bin)]),
    plugins: [...plugins, makeExecutable, record],
    output: {
      dir: 'dist/bundled',
      chunkFileNames: '[name].js',
      // Each with all that it imports, unless an earlier chunk has it.
      manualChunks: { core: ['src/index.ts'], sandbox: ['src/sandbox/index.ts'], rrule: ['rrule-temporal'] },
      // Chunks import each other by the names of the source.
      minifyInternalExports: false,
      hoistTransitiveImports: false,
    },
  },
];
