import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, typescript } from '../lib/tools.mjs';
import { appWith, entriesOf, expectSuccess, specifierOf } from './expect.mjs';

const NODE_TYPES = ['@types/node', 'undici-types', 'undici'];

/** Where the types of the web platform come from. Without any, valibot's own do not compile either. */
const environments = {
  DOM: { lib: ['ES2022', 'DOM'], packages: [], types: [] },
  '@types/node': { lib: ['ES2022'], packages: NODE_TYPES, types: ['node'] },
  'DOM and @types/node': { lib: ['ES2022', 'DOM'], packages: NODE_TYPES, types: ['node'] },
  '@cloudflare/workers-types': {
    lib: ['ES2022'],
    packages: ['@cloudflare/workers-types'],
    types: ['@cloudflare/workers-types'],
  },
  'none of them but skipLibCheck': { lib: ['ES2022'], packages: [], types: [], skipLibCheck: true },
};

/** Entries whose types are undici's, which need Node's; ofetch's own types need undici's and the DOM's. */
const needs = {
  './node': ({ types }) => types.includes('node'),
  './ofetch': ({ lib, types }) => lib.includes('DOM') && types.includes('node'),
};

// What takes longest here: a third less of it with a newer Node, and with room for its short-lived objects.
const quickNode = () => node(24) ?? process.execPath;
const ROOMY = '--max-semi-space-size=128';

/** Compiles a project with a version of TypeScript. */
export const compile = async (version, project, { compilerOptions, ...config }) => {
  const file = join(project, `tsconfig.${version}.${compilerOptions.moduleResolution}.json`);
  writeFileSync(
    file,
    JSON.stringify({ compilerOptions: { strict: true, target: 'ES2022', ...compilerOptions }, ...config }),
  );
  await expectSuccess(quickNode(), [ROOMY, typescript(version), '-p', file], { cwd: project });
};

const compileApp = async (app, version, moduleResolution, environment) => {
  const { lib, packages, types, skipLibCheck = false } = environment;
  const project = join(appWith(app, packages), 'apps/types');
  const entries = entriesOf(app).filter((entry) => skipLibCheck || !needs[entry] || needs[entry](environment));
  const lines = entries.map((entry, index) => `export * as entry${index} from '${specifierOf(entry)}';\n`);
  const file = `entries.${entries.length}.ts`;
  writeFileSync(join(project, file), lines.join(''));
  await compile(version, project, {
    compilerOptions: {
      exactOptionalPropertyTypes: true,
      skipLibCheck,
      noEmit: true,
      module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
      moduleResolution,
      lib,
      types,
    },
    // The app names types of the web platform itself.
    files: skipLibCheck ? [file] : [file, 'app.ts'],
  });
};

export const types = (version, moduleResolution, names) => ({
  name: `TypeScript ${version}, ${moduleResolution}, strict, library types checked, with ${names.join(', then with ')}`,
  run: async ({ app }) => {
    for (const name of names)
      try {
        await compileApp(app, version, moduleResolution, environments[name]);
      } catch (error) {
        throw new Error(`with ${name}:\n${error.message}`, { cause: error });
      }
  },
});

/** What resolves without `exports`: the main entry. */
export const node10 = {
  name: 'TypeScript 5.9, node10: the main entry',
  run: async ({ app }) => {
    const project = join(appWith(app, []), 'apps/types');
    await compile('5.9', project, {
      compilerOptions: {
        noEmit: true,
        module: 'esnext',
        moduleResolution: 'node10',
        lib: ['ES2022', 'DOM'],
        types: [],
      },
      files: ['main-entry.ts'],
    });
  },
};
