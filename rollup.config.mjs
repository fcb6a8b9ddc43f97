import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';

const pkg = JSON.parse(readFileSync('package.json', 'utf8'));
const targets = Object.values(pkg.exports).filter((target) => target.types);
// neverthrow and valibot are inlined too: what is used of them is a tenth of what Node would have to read.
const dependencies = Object.keys(pkg.peerDependencies);

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

/**
 * neverthrow is published for engines of 2015, with TypeScript's stand-ins for `async`. Written back they take 0.7 kB
 * less of every bundle and fewer turns of the event loop; `test/checks/neverthrow.mjs` compares the two.
 */
const modernNeverthrow = {
  name: 'modern-neverthrow',
  transform(code, id) {
    if (!id.includes('/node_modules/neverthrow/')) return null;
    const edits = [];
    const replace = (start, end, text) => edits.push({ start, end, text });
    const visit = (node, inHelper) => {
      if (Array.isArray(node)) return node.forEach((each) => visit(each, inHelper));
      if (!node || typeof node.type !== 'string') return;
      // Bundlers cannot leave out what a class holds; these are for whoever imports neverthrow itself.
      if (node.static && /^(combine|combineWithAllErrors|fromPromise|fromThrowable)$/.test(node.key.name))
        return replace(node.start, node.end, '');
      const awaiter =
        node.type === 'ArrowFunctionExpression' && node.body.callee?.name === '__awaiter' ? node.body : undefined;
      if (awaiter) {
        const { body } = awaiter.arguments.at(-1);
        replace(node.start, node.start, 'async ');
        replace(awaiter.start, body.start, '');
        replace(body.end, awaiter.end, '');
        return visit(body, '__awaiter');
      }
      const callee = node.type === 'CallExpression' && /^__/.test(node.callee.name) ? node.callee.name : undefined;
      if (node.type === 'FunctionDeclaration' && /^__/.test(node.id.name)) return;
      if (callee === '__asyncGenerator') {
        const { body } = node.arguments.at(-1);
        replace(node.start, body.start, '(async function* () ');
        replace(body.end, node.end, ').call(this)');
        return visit(body, callee);
      }
      if (node.type === 'YieldExpression' && (inHelper === '__awaiter' || node.argument.callee?.name === '__await'))
        replace(node.start, node.start + 'yield'.length, 'await');
      // Their arguments are what stays of these.
      if (callee) replace(node.callee.start, node.callee.end, '');
      for (const key of Object.keys(node)) visit(node[key], inHelper);
    };
    const { body } = this.parse(code);
    visit(body);
    // Statements that bundlers must take for effects: a helper's, and the namespace `Result`, which nothing here uses.
    for (const { type, start, end, declarations, specifiers } of body)
      if (type === 'ExpressionStatement' || declarations?.[0].id.name === 'fromThrowable') replace(start, end, '');
      else
        for (const { local, start, end } of specifiers ?? [])
          if (/^(Result|fromThrowable)$/.test(local.name)) replace(start, end + 1, '');
    if (edits.length !== 50) this.error(`neverthrow is not what this was written for: ${edits.length} edits`);
    edits.sort((a, b) => b.start - a.start);
    return {
      code: edits.reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code),
      map: null,
    };
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
const plugins = [slimOfetch, modernNeverthrow, nodeResolve(), esbuild({ target: 'es2022' })];

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
