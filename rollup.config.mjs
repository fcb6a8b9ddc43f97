import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';

const pkg = JSON.parse(readFileSync('package.json', 'utf8'));
const dependencies = Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies });
const targets = Object.values(pkg.exports).filter((target) => target.types);

// What the exports map promises is what is built: `./dist/operations/users.js` comes from `src/operations/users.ts`.
const inputs = (files) =>
  Object.fromEntries(
    files
      .map((file) => /^\.\/dist\/(?:bundled\/)?(.+)\.js$/.exec(file)?.[1])
      .filter(Boolean)
      .map((name) => [name, `src/${name}.ts`]),
  );
const isResource = (file) => file.includes('/operations/');
const modules = inputs(targets.map(({ module }) => module));
const forNode = targets.map((target) => target.node ?? target.default);
const resources = inputs(forNode.filter(isResource));
const bins = inputs(Object.values(pkg.bin));
const bundles = { ...inputs(forNode.filter((file) => !isResource(file))), ...bins };

const clean = { name: 'clean', buildStart: () => rmSync('dist', { recursive: true, force: true }) };

// Robots, node and sandbox share one chunk with the main entry: one copy of everything, in few files.
const manualChunks = (id) => (/\/src\/(?!node\/|robots\/|sandbox\/)/.test(id) ? 'core' : undefined);

/** The entries of single resources, which the main entry holds already. */
const facades = {
  name: 'facades',
  generateBundle() {
    for (const [name, file] of Object.entries(resources)) {
      const names = this.getModuleInfo(resolve(file)).exports.join(', ');
      this.emitFile({ type: 'asset', fileName: `${name}.js`, source: `export { ${names} } from '../index.js';\n` });
    }
  },
};

const executable = {
  name: 'executable',
  writeBundle: ({ dir }) => Object.keys(bins).forEach((name) => chmodSync(join(dir, `${name}.js`), 0o755)),
};

/** The licences of what the sandbox's entries are bundled with, to be shipped with it. */
const licences = {
  name: 'licences',
  generateBundle(_, bundle) {
    const folders = Object.values(bundle)
      .flatMap((file) => Object.keys(file.modules ?? {}))
      .map((id) => /^[^\0].*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0])
      .filter(Boolean);
    const source = [...new Set(folders)]
      .toSorted((a, b) => a.localeCompare(b))
      .map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
      });
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: source.join('\n\n') });
  },
};

const shared = {
  external: (id) => id.startsWith('node:') || dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
  treeshake: { moduleSideEffects: false },
  onwarn: (warning) => {
    throw Object.assign(new Error(warning.message), warning);
  },
};
const plugins = [nodeResolve(), esbuild({ target: 'es2022' })];

export default [
  // For bundlers: one module per source module, because esbuild and webpack leak unused schemas out of a single file.
  {
    ...shared,
    input: modules,
    plugins: [clean, ...plugins],
    output: { dir: 'dist', sourcemap: true, preserveModules: true, preserveModulesRoot: 'src' },
  },
  // For Node itself: few files, because a cold start waits for each of them.
  {
    ...shared,
    input: bundles,
    plugins: [...plugins, facades, licences, executable],
    output: {
      dir: 'dist/bundled',
      chunkFileNames: '[name].js',
      manualChunks,
      minifyInternalExports: false,
      hoistTransitiveImports: false,
    },
  },
];
