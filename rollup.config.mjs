import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';

const pkg = JSON.parse(readFileSync('package.json', 'utf8'));
const targets = Object.values(pkg.exports).filter((target) => target.types);
const dependencies = Object.keys({ ...pkg.dependencies, ...pkg.peerDependencies });

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
const resources = inputs(targets.map((target) => target.default).filter(isResource));
const bins = inputs(Object.values(pkg.bin));
const bundles = { ...inputs(targets.map((target) => target.default).filter((file) => !isResource(file))), ...bins };

// The transport asks ofetch for streams, and gives it whole URLs: its JSON parser and its URL builder never run.
const standIns = {
  destr: 'export default (text) => text;',
  ufo: 'export const withBase = (url) => url; export const withQuery = withBase;',
};

/** Takes `createFetch` alone out of ofetch: its entry makes a client and reads globals as soon as it is loaded. */
const slimOfetch = {
  name: 'slim-ofetch',
  resolveId: (id, importer) =>
    id === 'ofetch' || (id in standIns && importer?.includes('/node_modules/ofetch/')) ? `\0${id}` : null,
  load: (id) => {
    if (id !== '\0ofetch') return standIns[id.slice(1)];
    const dist = resolve('node_modules/ofetch/dist');
    const entry = readFileSync(join(dist, 'index.mjs'), 'utf8');
    const [, name, file] = /import \{ (\w+) as createFetch \} from '(.+)'/.exec(entry);
    return `export { ${name} as createFetch } from ${JSON.stringify(join(dist, file))};`;
  },
};

const clean = { name: 'clean', buildStart: () => rmSync('dist', { recursive: true, force: true }) };

// Robots, node and sandbox share one chunk with the main entry: one copy of everything, in few files.
const manualChunks = (id) => (/^src\/(?!node\/|robots\/|sandbox\/)/.test(relative('.', id)) ? 'core' : undefined);

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

/** The licences of what is inlined, to be shipped with it. */
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
const plugins = [slimOfetch, nodeResolve(), esbuild({ target: 'es2022' })];

export default [
  // For bundlers: one module per source module, because esbuild and webpack leak unused schemas out of a single file.
  {
    ...shared,
    input: modules,
    plugins: [clean, ...plugins],
    output: {
      dir: 'dist',
      sourcemap: true,
      preserveModules: true,
      preserveModulesRoot: 'src',
      // npm leaves folders called node_modules out of a package.
      entryFileNames: ({ name }) => `${name.replace(/^(.*\/)?node_modules\/|^_virtual\/_/, 'vendor/')}.js`,
    },
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
