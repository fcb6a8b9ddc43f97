import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deno } from '../lib/tools.mjs';
import { expectSuccess, manifestOf, missing } from './expect.mjs';

const START_MS = 20_000;

/** The package, its dependencies, and theirs: ofetch has three. */
const INSTALLED = [
  'destr',
  'eventsource-parser',
  'lagclient',
  'neverthrow',
  'node-fetch-native',
  'ofetch',
  'ufo',
  'valibot',
];

export const installed = {
  name: 'What is installed',
  run: async ({ app }) => {
    // npm puts the binary that builds neverthrow beside it, as an optional dependency.
    const names = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.') && name !== '@rollup');
    if (names.join() !== INSTALLED.join()) throw new Error(`not only what it needs: ${names.join(', ')}`);
    const folder = join(app, 'node_modules/lagclient');
    const { exports, bin, main, module, types, scripts = {} } = manifestOf(app);
    const targets = Object.entries(exports).flatMap(([entry, target]) =>
      (typeof target === 'string' ? [target] : Object.values(target)).map((path) => ({ entry, path })),
    );
    targets.push({ entry: 'main', path: main }, { entry: 'module', path: module }, { entry: 'types', path: types });
    for (const { entry, path } of targets)
      if (!existsSync(join(folder, path))) throw new Error(`${entry} points to ${path}, which is not there`);
    for (const path of Object.values(bin)) {
      const file = join(folder, path);
      accessSync(file, constants.X_OK);
      if (!readFileSync(file, 'utf8').startsWith('#!')) throw new Error(`${path} cannot be run`);
    }
    const hooks = Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare/.test(name));
    if (hooks.length) throw new Error(`it would run ${hooks.join(', ')} on the user's machine`);
  },
};

export const command = {
  name: 'npx -p lagclient lagclient-sandbox: says where it listens, answers, and ends well when interrupted',
  run: async ({ app }) => {
    const child = spawn(join(app, 'node_modules/.bin/lagclient-sandbox'), ['--port', '0'], { cwd: app });
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(START_MS) });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (printed += text));
    const urlOf = (text) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    try {
      while (!urlOf(printed)) await Promise.race([once(child.stdout, 'data'), ended]);
      const { status } = await fetch(`${urlOf(printed)}/health`);
      child.kill('SIGINT');
      const [code] = await ended;
      if (status !== 200 || code !== 0) throw new Error(`it answered ${status} and ended with ${code}`);
    } catch (error) {
      throw new Error(`${error.message}\n${printed}`, { cause: error });
    } finally {
      child.kill('SIGKILL');
    }
  },
};

/** That jsr.json agrees with package.json is a test of scripts/release/sync.mjs. */
export const jsr = {
  name: 'deno publish --dry-run',
  run: async ({ root, folder }) => {
    if (!deno()) return missing;
    await expectSuccess(deno(), ['publish', '--dry-run', '--allow-dirty', '--allow-slow-types'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1' },
    });
    return undefined;
  },
};
