import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { bundle } from '../lib/bundle.mjs';
import { findChromium, withPage } from '../lib/chromium.mjs';
import { execute } from '../lib/processes.mjs';
import { here } from '../lib/tools.mjs';
import { withWorker } from '../lib/workerd.mjs';
import { entriesOf, expectRun, expectSuccess, specifierOf } from './expect.mjs';

/** Brotli bytes of a worker with two operations. */
const MAX_WORKER_BYTES = 14_350;
const APP_PRINTS = 'hi from Ada, 3, true';

/** Bundles a folder with a `main.js` for production; a warning is an error. */
export const buildApp = (name, source, out) =>
  expectSuccess(process.execPath, [join(here, 'hosts/build.mjs'), name, source, out], { cwd: source });

export const bundler = (name) => ({
  name: `${name}: an app, built without a warning and run`,
  run: async ({ app, folder, stage }) => {
    const out = join(folder, 'out');
    await buildApp(name, join(app, 'apps/app'), out);
    await expectRun(process.execPath, ['apps/app/run.mjs', join(out, 'main.js')], new RegExp(`^${APP_PRINTS}$`, 'm'), {
      app,
      stage,
    });
  },
});

export const viteInChromium = {
  name: 'vite: an app, built without a warning and run in Chromium',
  run: async ({ app, folder, stage }) => {
    await buildApp('vite', join(app, 'apps/app'), folder);
    if (!findChromium()) return { skip: 'built, but no Chromium to run it in' };
    const { value, printed } = await withPage(folder, async (page, url) => {
      await page.goto(url);
      await page.waitForFunction(() => 'app' in globalThis);
      return page.evaluate((config) => globalThis.app(config), stage.config);
    });
    if (value !== APP_PRINTS || printed) throw new Error(`${value}\n${printed}`);
    return undefined;
  },
};

const requireWithinBudget = (file) => {
  const size = brotliCompressSync(readFileSync(file)).length;
  if (size > MAX_WORKER_BYTES) throw new Error(`${size} bytes, more than ${MAX_WORKER_BYTES}`);
  return { note: `${(size / 1000).toFixed(2)} kB brotli` };
};

const environmentOf = ({ config }) => ({
  LAG_TOKEN: config.tokens.ada,
  LAG_BASE_URL: config.sandbox,
  SERVER_ID: config.ids.server,
  ROOM_ID: config.ids.rooms.quiet,
});

export const worker = {
  name: 'Cloudflare Worker with two operations, at most 14.4 kB brotli',
  run: async ({ app, folder, stage }) => {
    // The conditions that Cloudflare's own build gives esbuild.
    const conditions = ['workerd', 'worker', 'browser'];
    const entry = join(app, 'apps/worker.js');
    const file = await bundle({ entry, outfile: join(folder, 'worker.js'), minify: true, conditions });
    const { value, printed } = await withWorker(file, async (url) => (await fetch(url)).text(), environmentOf(stage));
    if (value !== 'hi from Ada' || printed) throw new Error(`${value}\n${printed}`);
    return requireWithinBudget(file);
  },
};

export const edgeFunction = {
  name: 'Vercel edge function with two operations, at most 14.4 kB brotli',
  run: async ({ app, folder, stage }) => {
    const entry = join(app, 'apps/edge-entry.js');
    const conditions = ['edge-light', 'worker', 'browser', 'module'];
    const file = await bundle({ entry, outfile: join(folder, 'edge.js'), format: 'iife', minify: true, conditions });
    const { stdout, output } = await execute(process.execPath, [join(here, 'hosts/edge.mjs'), file], {
      env: { ...process.env, ...environmentOf(stage) },
    });
    if (stdout !== 'hi from Ada') throw new Error(output);
    return requireWithinBudget(file);
  },
};

export const withoutNode = {
  name: 'No entry but ./node and ./sandbox/node needs Node',
  run: async ({ app, folder }) => {
    const entries = entriesOf(app).filter((entry) => !entry.endsWith('/node'));
    // With the `module` condition and without it: both builds of the package.
    for (const conditions of [['module'], ['browser']])
      for (const entry of entries) {
        const [source, outfile] = [join(app, 'entry.js'), join(folder, 'entry.js')];
        writeFileSync(source, `export * from '${specifierOf(entry)}';`);
        await bundle({ entry: source, outfile, platform: 'neutral', minify: true, conditions });
        const used = /\b(?:process|Buffer|__dirname|require)(?=\??[.(])/.exec(readFileSync(outfile, 'utf8'));
        if (used) throw new Error(`${entry} uses ${used[0]}`);
      }
    return { note: `${entries.length} entries` };
  },
};
