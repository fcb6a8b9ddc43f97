// Asserts what plain Node loads for an import of each entry, in a process of its own.
import { spawnSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { entries, root } from './entries.mjs';

/** The packages and the modules of Node that each entry may load; `lagclient/ofetch` shows that the probe sees both. */
const allowed = {
  'lagclient/robots': { packages: ['eventsource-parser', 'lagclient', 'neverthrow', 'valibot'], builtins: [] },
  'lagclient/node': { packages: ['lagclient', 'neverthrow', 'valibot'], builtins: ['fs/promises', 'zlib'] },
  'lagclient/sandbox/node': { packages: ['lagclient', 'neverthrow', 'valibot'], builtins: undefined },
  'lagclient/ofetch': { packages: undefined, builtins: undefined },
};
const allowedByDefault = { packages: ['lagclient', 'neverthrow', 'valibot'], builtins: [] };

const asModule = (code) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Prints the URL of what is loaded. Hooks run in a thread of their own, so that they load nothing into the program. */
const HOOKS = `
  import { writeSync } from 'node:fs';
  export const load = (url, context, next) => {
    writeSync(1, url + '\\n');
    return next(url, context);
  };`;
const PRELOAD = `import { register } from 'node:module'; register(${JSON.stringify(asModule(HOOKS))});`;
const PROGRAM = `
  const before = new Set(process.moduleLoadList);
  await import(process.argv[1]);
  const loaded = process.moduleLoadList.filter((name) => !before.has(name));
  console.log(loaded.join('\\n'));`;

const loadedBy = (specifier) => {
  const args = ['--import', asModule(PRELOAD), '--input-type=module', '--eval', PROGRAM, specifier];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const lines = stdout.trim().split('\n');
  const files = lines.filter((line) => line.startsWith('file:'));
  const packages = files.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? 'lagclient');
  const builtins = lines
    .map((line) => line.replace('NativeModule ', ''))
    .filter((name) => builtinModules.includes(name));
  return { packages: [...new Set(packages)].toSorted(), builtins: builtins.toSorted() };
};

const failures = [];
for (const { specifier } of entries) {
  const loaded = loadedBy(specifier);
  for (const [kind, names] of Object.entries(allowed[specifier] ?? allowedByDefault)) {
    const unexpected = names ? loaded[kind].filter((name) => !names.includes(name)) : [];
    if (unexpected.length) failures.push(`import '${specifier}' loads ${unexpected.join(', ')}`);
  }
  if (!loaded.packages.includes('lagclient')) failures.push(`the probe saw nothing of ${specifier}`);
  if (specifier === 'lagclient/ofetch' && !(loaded.packages.includes('ofetch') && loaded.builtins.includes('http')))
    failures.push('the probe saw neither ofetch nor node:http where both are loaded');
  console.log(`${specifier}: ${[...loaded.packages, ...loaded.builtins.map((name) => `node:${name}`)].join(', ')}`);
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length ? 1 : 0;
