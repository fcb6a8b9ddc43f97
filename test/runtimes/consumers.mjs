import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundle } from './lib/bundle.mjs';
import { findChromium, withPage } from './lib/chromium.mjs';
import { execute } from './lib/processes.mjs';
import { bun, deno, denoRun, here, modules, node, typescript } from './lib/tools.mjs';
import { withWorker } from './lib/workerd.mjs';

/** Bytes, brotli: what a worker with two operations may weigh. */
const workerBudget = 8000;

const expectRun = async (command, args, expected, { app, stage, ...options }) => {
  const { ok, stdout, stderr, output } = await execute(command, args, {
    cwd: app,
    env: { PATH: process.env.PATH, HOME: app, NO_COLOR: '1', CONFORMANCE: JSON.stringify(stage.config) },
    ...options,
  });
  if (!ok || stderr.trim() || !expected.test(stdout)) throw new Error(`${args.at(-1)}: ${output}`);
  return stdout.trim();
};

const manifest = (app) => JSON.parse(readFileSync(join(app, 'node_modules/lagclient/package.json'), 'utf8'));
const entriesOf = (app) => Object.keys(manifest(app).exports).filter((entry) => entry !== './package.json');

const missing = { skip: 'it is not installed on this platform' };
const everyEntry = /^\d+ entries, Ada$/m;

const plainNode = (major) => ({
  name: `Node ${major}: every entry by import and by require`,
  run: async (env) => {
    const program = node(major);
    if (!program) return missing;
    await expectRun(program, ['consumers/every-entry.mjs'], everyEntry, env);
    await expectRun(program, ['consumers/required.cjs'], everyEntry, env);
  },
});

const ownNeverthrow = {
  name: "The user's own neverthrow: safeTry, combine, andThen both ways",
  run: async (env) => {
    const expected = /^hi from Ada \[ 'Ada', 'me' \] inward outward failed$/m;
    await expectRun(process.execPath, ['consumers/neverthrow.mjs'], expected, env);
  },
};

/** A folder with the package and these others installed in it, which are then found from the package, too. */
const folderWith = (app, others) => {
  const folder = join(app, `with-${others.join('-').replaceAll(/\W+/g, '-')}`);
  if (existsSync(folder)) return folder;
  for (const name of ['lagclient', 'neverthrow', 'valibot'])
    cpSync(join(app, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  for (const name of others) cpSync(join(modules, name), join(folder, 'node_modules', name), { recursive: true });
  cpSync(join(here, 'consumers'), join(folder, 'consumers'), { recursive: true });
  return folder;
};

const nodeTransport = {
  name: 'lagclient/node, with undici beside it',
  run: async ({ app, ...env }) => {
    const folder = folderWith(app, ['undici']);
    for (const major of [20, 22, 24, 26])
      if (node(major)) await expectRun(node(major), ['consumers/undici.mjs'], /^Ada$/m, { ...env, app: folder });
  },
};

const inDeno = {
  name: 'Deno: every entry, and its type check',
  run: async (env) => {
    if (!deno()) return missing;
    await expectRun(deno(), [...denoRun, 'consumers/every-entry.mjs'], everyEntry, env);
    const { ok, output } = await execute(
      deno(),
      ['check', '--no-remote', '--node-modules-dir=manual', 'consumers/types/app.ts'],
      {
        cwd: env.app,
        env: { PATH: process.env.PATH, HOME: env.app, NO_COLOR: '1' },
      },
    );
    if (!ok) throw new Error(output);
  },
};

const inBun = {
  name: 'Bun: installed by bun add, every entry',
  run: async ({ app, tarball, ...env }) => {
    if (!bun()) return missing;
    const folder = join(app, '../bun');
    cpSync(join(here, 'consumers'), join(folder, 'consumers'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"bun-consumer","private":true,"type":"module"}');
    const added = await execute(bun(), ['add', '--ignore-scripts', tarball], { cwd: folder });
    if (!added.ok) throw new Error(added.output);
    await expectRun(bun(), ['run', 'consumers/every-entry.mjs'], everyEntry, { ...env, app: folder });
  },
};

const bundler = (name) => ({
  name: `${name}: an app, built without a warning and run`,
  run: async ({ app, folder, stage }) => {
    const out = join(folder, name);
    const built = await execute(
      process.execPath,
      [join(here, 'hosts/build.mjs'), name, join(app, 'consumers/app'), out],
      { cwd: app },
    );
    if (!built.ok) throw new Error(built.output);
    const expected = 'hi from Ada, 3, true';
    if (name !== 'vite') {
      await expectRun(
        process.execPath,
        ['consumers/app/run.mjs', join(out, 'main.js')],
        new RegExp(`^${expected}$`, 'm'),
        { app, stage },
      );
      return undefined;
    }
    if (!findChromium()) return { skip: 'built, but no Chromium to run it in' };
    const { value, printed } = await withPage(out, async (page, url) => {
      await page.goto(url);
      await page.waitForFunction(() => 'app' in globalThis);
      return page.evaluate((config) => globalThis.app(config), stage.config);
    });
    if (value !== expected || printed) throw new Error(`${value}\n${printed}`);
    return undefined;
  },
});

const weigh = (file) => brotliCompressSync(readFileSync(file)).length;

const withinBudget = (file) => {
  const size = weigh(file);
  if (size > workerBudget) throw new Error(`${size} bytes, more than ${workerBudget}`);
  return { note: `${(size / 1000).toFixed(2)} kB brotli` };
};

const variables = ({ config }) => ({
  LAG_TOKEN: config.tokens.ada,
  LAG_BASE_URL: config.sandbox,
  SERVER_ID: config.ids.server,
  ROOM_ID: config.ids.rooms.quiet,
});

const worker = {
  name: 'Cloudflare Worker with two operations, at most 8 kB brotli',
  run: async ({ app, folder, stage }) => {
    // The conditions that Cloudflare's own build gives esbuild.
    const conditions = ['workerd', 'worker', 'browser'];
    const file = await bundle({
      entry: join(app, 'consumers/worker.js'),
      outfile: join(folder, 'worker.js'),
      minify: true,
      conditions,
    });
    const { value, printed } = await withWorker(file, async (url) => (await fetch(url)).text(), variables(stage));
    if (value !== 'hi from Ada' || printed) throw new Error(`${value}\n${printed}`);
    return withinBudget(file);
  },
};

const edgeFunction = {
  name: 'Vercel edge function with two operations, at most 8 kB brotli',
  run: async ({ app, folder, stage }) => {
    const entry = join(app, 'consumers/edge-entry.js');
    const conditions = ['edge-light', 'worker', 'browser', 'module'];
    const file = await bundle({ entry, outfile: join(folder, 'edge.js'), format: 'iife', minify: true, conditions });
    const { stdout, output } = await execute(process.execPath, [join(here, 'hosts/edge.mjs'), file], {
      env: { ...process.env, ...variables(stage) },
    });
    if (stdout !== 'hi from Ada') throw new Error(output);
    return withinBudget(file);
  },
};

const withoutNode = {
  name: 'No entry but ./node and ./sandbox/node needs Node',
  run: async ({ app, folder }) => {
    const entries = entriesOf(app).filter((entry) => !/\/node$/.test(entry));
    // With the `module` condition and without it: both builds of the package.
    for (const conditions of [['module'], ['browser']]) {
      for (const entry of entries) {
        const file = join(folder, 'entry.js');
        writeFileSync(join(app, 'entry.js'), `export * from '${entry.replace('.', 'lagclient')}';`);
        await bundle({ entry: join(app, 'entry.js'), outfile: file, platform: 'neutral', minify: true, conditions });
        const used = /\b(process|Buffer|__dirname|require)(?=\??[.(])/.exec(readFileSync(file, 'utf8'));
        if (used) throw new Error(`${entry} uses ${used[0]}`);
      }
    }
    return { note: `${entries.length} entries` };
  },
};

/** Where the types of the web platform come from. Without any, valibot's own do not compile either. */
const environments = {
  DOM: { lib: ['ES2022', 'DOM'], packages: {} },
  '@types/node': { lib: ['ES2022'], packages: { node: ['@types/node', 'undici-types', 'undici'] } },
  'DOM and @types/node': { lib: ['ES2022', 'DOM'], packages: { node: ['@types/node', 'undici-types', 'undici'] } },
  '@cloudflare/workers-types': {
    lib: ['ES2022'],
    packages: { '@cloudflare/workers-types': ['@cloudflare/workers-types'] },
  },
  'none of them but skipLibCheck': { lib: ['ES2022'], packages: {}, skipLibCheck: true },
};

// What takes longest here: a third less of it with a newer Node, and with room for its short-lived objects.
const quickNode = () => node(24) ?? process.execPath;
const roomy = ['--max-semi-space-size=128'];

const types = (version, resolution, names) => ({
  name: `TypeScript ${version}, ${resolution}, strict, library types checked, with ${names.join(', then with ')}`,
  run: async ({ app }) => {
    for (const name of names) {
      const { lib, packages, skipLibCheck = false } = environments[name];
      const project = typesProject(app, Object.values(packages).flat());
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck,
        noEmit: true,
        target: 'ES2022',
        module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
        moduleResolution: resolution,
        lib,
        types: Object.keys(packages),
      };
      const config = join(project, `tsconfig.${version}.${resolution}.${lib.length}.json`);
      // The types of `./node` are undici's, which needs Node's.
      const files = ['entries.ts', ...(skipLibCheck ? [] : ['app.ts']), ...('node' in packages ? ['node.ts'] : [])];
      writeFileSync(config, JSON.stringify({ compilerOptions, files }));
      const { ok, output } = await execute(quickNode(), [...roomy, typescript(version), '-p', config], {
        cwd: project,
      });
      if (!ok) throw new Error(`with ${name}:\n${output.split('\n').slice(0, 20).join('\n')}`);
    }
  },
});

/** A folder with what is type-checked, and beside it only these packages. */
const typesProject = (app, packages) => {
  const project = join(folderWith(app, packages), 'consumers/types');
  const entries = entriesOf(app).filter((entry) => entry !== './node');
  const lines = entries.map((entry, index) => `export * as entry${index} from '${entry.replace('.', 'lagclient')}';\n`);
  writeFileSync(join(project, 'entries.ts'), lines.join(''));
  writeFileSync(join(project, 'node.ts'), "export * as node from 'lagclient/node';\n");
  return project;
};

const installed = {
  name: 'What is installed',
  run: async ({ app }) => {
    const names = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.') && name !== '@rollup');
    if (names.join() !== 'lagclient,neverthrow,valibot') throw new Error(`not only what it needs: ${names.join(', ')}`);
    const folder = join(app, 'node_modules/lagclient');
    const { exports, bin, scripts } = manifest(app);
    for (const [entry, target] of Object.entries(exports)) {
      for (const path of typeof target === 'string' ? [target] : Object.values(target))
        if (!existsSync(join(folder, path))) throw new Error(`${entry} points to ${path}, which is not there`);
    }
    for (const path of Object.values(bin)) {
      const file = join(folder, path);
      if (!readFileSync(file, 'utf8').startsWith('#!') || !(statSync(file).mode & 0o100))
        throw new Error(`${path} cannot be run`);
    }
    const hooks = Object.keys(scripts ?? {}).filter((name) => /^(pre|post)?install$|^prepare/.test(name));
    if (hooks.length) throw new Error(`it would run ${hooks.join(', ')} on the user's machine`);
  },
};

const command = {
  name: 'npx -p lagclient lagclient-sandbox: says where it listens, answers, and ends well when interrupted',
  run: async ({ app }) => {
    const child = spawn(join(app, 'node_modules/.bin/lagclient-sandbox'), ['--port', '0'], { cwd: app });
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    try {
      while (!/http:\/\/127\.0\.0\.1:\d+/.test(said)) await Promise.race([once(child.stdout, 'data'), ended]);
      const { status } = await fetch(`${/http:\/\/127\.0\.0\.1:\d+/.exec(said)[0]}/health`);
      child.kill('SIGINT');
      const [code] = await ended;
      if (status !== 200 || code !== 0) throw new Error(`it answered ${status} and ended with ${code}`);
    } catch (error) {
      throw new Error(`${error.message}\n${said}`, { cause: error });
    } finally {
      child.kill('SIGKILL');
    }
  },
};

const jsr = {
  name: 'jsr.json: what the package is, and deno publish --dry-run',
  run: async ({ root, folder }) => {
    if (!deno()) return missing;
    const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
    const [ours, theirs] = [read('package.json'), read('jsr.json')];
    const entries = Object.entries(ours.exports).filter(([entry, { types }]) => types && !entry.endsWith('/node'));
    const wanted = {
      version: ours.version,
      exports: Object.fromEntries(
        entries.map(([entry, { types }]) => [entry, types.replace('./dist', './src').replace('.d.ts', '.ts')]),
      ),
      imports: Object.fromEntries(
        Object.keys(theirs.imports).map((name) => [
          name,
          `npm:${name}@${{ ...ours.dependencies, ...ours.devDependencies }[name]}`,
        ]),
      ),
    };
    for (const [key, value] of Object.entries(wanted))
      if (!isDeepStrictEqual(theirs[key], value)) throw new Error(`${key} must be ${JSON.stringify(value, null, 2)}`);
    const args = ['publish', '--dry-run', '--allow-dirty', '--allow-slow-types'];
    const { ok, output } = await execute(deno(), args, {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1' },
    });
    if (!ok) throw new Error(output);
    return undefined;
  },
};

const either = ['DOM', '@types/node'];

/** What is made of the tarball. Each throws where it fails, or says why it was skipped. */
export const consumers = [
  installed,
  ...[20, 22, 24, 26].map(plainNode),
  nodeTransport,
  ownNeverthrow,
  inBun,
  inDeno,
  command,
  withoutNode,
  ...['esbuild', 'rollup', 'vite', 'webpack'].map(bundler),
  worker,
  edgeFunction,
  jsr,
  ...['5.5', '5.9', '6', '7'].flatMap((version) =>
    ['nodenext', 'bundler'].map((resolution) => types(version, resolution, either)),
  ),
  types('7', 'bundler', ['DOM and @types/node', '@cloudflare/workers-types', 'none of them but skipLibCheck']),
];
