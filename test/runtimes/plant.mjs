import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installTarball, packFolder } from './lib/pack.mjs';

/** Changes the text of a file of the package; a change that changes nothing would prove nothing. */
const edit = (folder, file, change) => {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing was planted in ${file}`);
  writeFileSync(path, after);
};

const retarget = (condition, target) => (folder) =>
  edit(folder, 'package.json', (text) => {
    const manifest = JSON.parse(text);
    manifest.exports['./rooms'][condition] = target;
    return JSON.stringify(manifest);
  });

/** In whichever files of the package it stands. */
const everywhere = (from, to) => (folder) => {
  const files = readdirSync(join(folder, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js'));
  const found = files.filter((file) => readFileSync(join(folder, 'dist', file), 'utf8').includes(from));
  if (!found.length) throw new Error(`nowhere in the package: ${from}`);
  for (const file of found) edit(folder, join('dist', file), (text) => text.replaceAll(from, to));
};

/**
 * What is broken, how, and who must notice: consumers, by the start of their names, with what they must say, and
 * runtimes, with the case that must fail.
 */
const plants = [
  {
    what: 'an export that points nowhere, for Node',
    breaks: retarget('node', './dist/nowhere.js'),
    caught: { 'Node 20': /rooms|nowhere/, 'What is installed': /nowhere/ },
  },
  {
    what: 'an export that points nowhere, for bundlers',
    breaks: retarget('module', './dist/nowhere.js'),
    caught: { esbuild: /lagclient\/rooms/, 'What is installed': /nowhere/ },
  },
  {
    what: 'an export whose types point nowhere',
    breaks: retarget('types', './dist/nowhere.d.ts'),
    caught: { 'What is installed': /nowhere/ },
  },
  {
    what: 'a node: import in the default entry',
    breaks: (folder) => edit(folder, 'dist/call.js', (text) => `import 'node:path';\n${text}`),
    caught: {
      'No entry': /node:path/,
      webpack: /node:path/,
      'Cloudflare Worker': /node:path/,
      'Vercel edge': /node:path/,
    },
  },
  {
    what: 'a global that only Node has, in a function that nothing calls',
    breaks: (folder) => edit(folder, 'dist/index.js', (text) => `${text}\nexport const where = () => process.cwd();\n`),
    caught: { 'No entry': /process/ },
  },
  {
    what: 'a dependency on one version of neverthrow only',
    breaks: (folder) =>
      edit(folder, 'package.json', (text) => text.replace(/"neverthrow": "[^"]+"/, '"neverthrow": "8.2.0"')),
    caught: { "The app's own neverthrow 8.1.1": /another copy/ },
  },
  {
    what: 'a type that needs @types/node',
    breaks: (folder) => edit(folder, 'dist/context.d.ts', (text) => `${text}\nexport type Loop = NodeJS.Timeout;\n`),
    caught: { 'TypeScript 7, bundler': /with DOM:[^]*NodeJS/ },
  },
  {
    what: 'a type that needs the DOM library',
    breaks: (folder) => edit(folder, 'dist/context.d.ts', (text) => `${text}\nexport type Page = HTMLElement;\n`),
    caught: { 'TypeScript 7, bundler': /with @types\/node:[^]*HTMLElement/ },
  },
  {
    what: 'a header that CORS must allow first',
    breaks: everywhere('accept: "application/json"', 'accept: "application/json", "x-lagclient": "1"'),
    fails: { Chromium: 'headers that arrive' },
  },
  {
    what: 'a fetch that is called as a method',
    breaks: everywhere('await fetch(', 'await { fetch }.fetch('),
    fails: { workerd: 'answers of any shape', Chromium: 'answers of any shape' },
  },
  {
    what: 'redirects that are followed',
    breaks: everywhere('redirect: "manual"', 'redirect: "follow"'),
    fails: { 'Vercel edge': 'redirects are errors', Deno: 'redirects are errors' },
  },
  {
    what: 'a timer that is left',
    breaks: everywhere('clearTimeout(timer)', 'void timer'),
    fails: { 'Node 26': 'no listener or timer is left', Bun: 'no listener or timer is left' },
  },
  {
    what: 'a token that is not taken out of what servers say',
    breaks: everywhere('.replaceAll(secret,', '.replaceAll("no secret",'),
    fails: { 'Node 20': 'the token never shows' },
  },
];

/** Breaks the package in each of these ways and asks those who must notice. Whether all did. */
export const plant = async ({ app, work, consumers, runConsumer, runtimes, runRuntime, ...env }) => {
  let allCaught = true;
  for (const [index, { what, breaks, caught = {}, fails = {} }] of plants.entries()) {
    const folder = join(work, `planted-${index}`);
    cpSync(join(app, 'node_modules/lagclient'), join(folder, 'package'), { recursive: true });
    breaks(join(folder, 'package'));
    const tarball = await packFolder(join(folder, 'package'), folder);
    await installTarball(tarball, join(folder, 'app'));
    console.log(what);
    for (const [name, says] of Object.entries(caught)) {
      const consumer = consumers.find((one) => one.name.startsWith(name));
      const { status, detail } = await runConsumer(consumer, { ...env, work, tarball, app: join(folder, 'app') });
      const isCaught = status === 'fail' && says.test(detail);
      allCaught &&= isCaught;
      const told =
        detail
          ?.trim()
          .split('\n')
          .find((line) => says.test(line)) ?? detail?.trim().split('\n').at(-1);
      console.log(`  ${isCaught ? 'caught' : `NOT CAUGHT (${status})`} by ${name}: ${told?.trim().slice(0, 160)}`);
    }
    for (const [name, expected] of Object.entries(fails)) {
      const runtime = runtimes.find((one) => one.name === name);
      const { rows, skipped } = await runRuntime(runtime, join(folder, 'app'));
      const failed = rows.find((row) => row.case === expected && row.status === 'fail');
      allCaught &&= Boolean(failed);
      console.log(
        `  ${failed ? 'caught' : 'NOT CAUGHT'} in ${name} by "${expected}": ${failed?.detail.split('\n')[0] ?? skipped}`,
      );
    }
    rmSync(folder, { recursive: true });
  }
  console.log(
    allCaught ? '\nEverything that was planted was caught.' : '\nFAILED: not all that was planted was caught.',
  );
  return allCaught;
};
