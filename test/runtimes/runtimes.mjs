import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './lib/bundle.mjs';
import { browser, findChromium, withPage } from './lib/chromium.mjs';
import { execute } from './lib/processes.mjs';
import { bun, deno, denoRun, here, modules, node } from './lib/tools.mjs';
import { withWorker } from './lib/workerd.mjs';

const unknowable = { 'knows that a refused connection sent nothing': 'its fetch does not say why it failed' };

const firstLine = async (command, args) => (await execute(command, args)).stdout.split('\n')[0].trim();
const versionOf = (name) => JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;

/** In a process, out of `node_modules`, unbundled. */
const inProcess = (name, program, args = []) => ({
  name,
  skip: () => (program() ? undefined : 'it is not installed on this platform'),
  version: async () => /\d+\.\d+\.\d+/.exec(await firstLine(program(), ['--version']))[0],
  run: async ({ app, config, onLine }) => {
    const { ok, output } = await execute(program(), [...args, join(app, 'suite/on-process.mjs')], {
      cwd: app,
      env: { PATH: process.env.PATH, HOME: app, NO_COLOR: '1', CONFORMANCE: JSON.stringify(config) },
      onLine,
    });
    if (!ok)
      onLine(JSON.stringify({ case: null, status: 'fail', detail: `it did not end well:\n${output.slice(-2000)}` }));
    return output;
  },
});

const workerd = {
  name: 'workerd',
  skip: () => undefined,
  version: async () => versionOf('workerd'),
  lacks: unknowable,
  run: async ({ app, config, onLine, folder }) => {
    const entry = join(app, 'suite/on-worker.mjs');
    const file = await bundle({
      entry,
      outfile: join(folder, 'worker.mjs'),
      conditions: ['workerd', 'worker', 'browser'],
    });
    const { printed } = await withWorker(file, async (url) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(config) });
      let rest = '';
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        lines.forEach(onLine);
      }
    });
    return printed;
  },
};

const edge = {
  name: 'Vercel edge',
  skip: () => undefined,
  version: async () => versionOf('@edge-runtime/vm'),
  run: async ({ app, config, onLine, folder }) => {
    const entry = join(app, 'suite/on-edge.mjs');
    const file = await bundle({
      entry,
      outfile: join(folder, 'edge.js'),
      format: 'iife',
      conditions: ['edge-light', 'worker', 'browser'],
    });
    const { ok, output, stderr } = await execute(process.execPath, [join(here, 'hosts/edge.mjs'), file], {
      input: JSON.stringify(config),
      onLine,
    });
    if (!ok) onLine(JSON.stringify({ case: null, status: 'fail', detail: output.slice(-2000) }));
    return stderr;
  },
};

/** A page in Chromium. */
const inChromium = ({ name, ...rest }) => ({
  name,
  skip: () =>
    findChromium()
      ? undefined
      : 'no Chromium on this machine: install one, or say where it is with CHROMIUM=/path/to/it',
  version: async () => (await browser()).version(),
  ...rest,
  run: async ({ app, config, onLine, folder }) => {
    const site = join(folder, 'page');
    mkdirSync(site, { recursive: true });
    await bundle({ entry: join(app, 'suite/on-page.mjs'), outfile: join(site, 'page.js') });
    writeFileSync(
      join(site, 'index.html'),
      '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>',
    );
    const { printed } = await withPage(site, async (page, url) => {
      await page.exposeFunction('report', onLine);
      const devtools = await page.context().newCDPSession(page);
      // Inside of the browser: the buffers of a socket on loopback take 8 MiB at once, however slowly the server reads.
      await page.exposeFunction('throttleUploads', (bytesPerSecond) =>
        devtools.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: 0,
          downloadThroughput: -1,
          uploadThroughput: bytesPerSecond,
        }),
      );
      await page.goto(url);
      await page.waitForFunction(() => 'conformance' in globalThis);
      await page.evaluate((given) => globalThis.conformance(given), config);
    });
    return printed;
  },
});

/** What the package says it runs in. `lacks` names the cases that a runtime cannot do, and says why. */
export const runtimes = [
  ...[20, 22, 24, 26].map((major) => inProcess(`Node ${major}`, () => node(major))),
  inProcess('Bun', bun, ['run']),
  inProcess('Deno', deno, denoRun),
  workerd,
  edge,
  inChromium({ name: 'Chromium', lacks: unknowable, traits: { browser: true } }),
  inChromium({
    name: 'Chromium with xhrTransport',
    lacks: {
      ...unknowable,
      'redirects are not followed': 'XMLHttpRequest follows them; the calls are errors all the same',
      'redirects are errors': 'XMLHttpRequest follows them, and calls one to another origin a failed connection',
    },
    traits: { browser: true, xhr: true },
  }),
];
