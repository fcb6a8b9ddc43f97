import { createSandbox } from 'lagclient/sandbox';
import { fillIn } from '../placeholders.js';
import { compile } from './compile.js';
import type { FromWorker, ToWorker } from './messages.js';
import { show } from './show.js';
import { lastRequest, traceTo } from './trace.js';

const tell = (message: FromWorker): void => self.postMessage(message);
traceTo(tell);

const sandbox = createSandbox({
  // Faults that are taken back are no mistake here.
  onWarning: () => {},
  onRequest: ({ faulty }) => {
    lastRequest.faulty = faulty;
    tell({ type: 'faults', pending: sandbox.faults.pending.length });
  },
});

/** What a program may import, put in by the build. */
declare const SPECIFIERS: readonly string[];

const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

// There is no network: the Lag API is the sandbox, example.com has one picture.
const localFetch: typeof fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (hostname === 'api.trylag.com') return sandbox.fetch(input, init);
  if (hostname !== 'example.com') throw new TypeError(`the playground has no network: ${hostname}`);
  const bytes = Uint8Array.from(atob(GIF), (char) => char.charCodeAt(0));
  return new Response(bytes, { headers: { 'content-type': 'image/gif' } });
};
for (const name of ['XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource', 'importScripts'])
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
Object.assign(globalThis, {
  fetch: localFetch,
  process: { env: { LAG_TOKEN: sandbox.tokens.ada, LAG_ROBOT_KEY: sandbox.tokens.robot } },
});

for (const level of ['log', 'info', 'warn', 'error'] as const)
  console[level] = (...values: unknown[]) =>
    tell({ type: 'log', level: level === 'info' ? 'log' : level, text: values.map(show).join(' ') });

self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  tell({ type: 'log', level: 'error', text: `unhandled: ${show(event.reason)}` });
});

const modules = new Map(
  SPECIFIERS.map((specifier) => [
    specifier,
    new URL(`./entries/${specifier.replaceAll('/', '-')}.js`, import.meta.url).href,
  ]),
);

const run = async (source: string): Promise<void> => {
  let url: string | undefined;
  try {
    const { code } = await compile(fillIn(source, sandbox), (specifier) => modules.get(specifier));
    url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    await import(/* @vite-ignore */ url);
    tell({ type: 'done' });
  } catch (thrown) {
    tell({ type: 'done', error: show(thrown) });
  } finally {
    if (url) URL.revokeObjectURL(url);
  }
};

const inspect = async (source: string): Promise<void> => {
  try {
    tell({ type: 'imports', imports: (await compile(source, (specifier) => specifier)).imports });
  } catch (thrown) {
    tell({ type: 'imports', imports: [], error: (thrown as Error).message });
  }
};

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'run':
      return void run(data.code);
    case 'inspect':
      return void inspect(data.code);
    case 'fault':
      sandbox.faults.next(data.fault);
      return tell({ type: 'faults', pending: sandbox.faults.pending.length });
    case 'clear-faults':
      sandbox.faults.clear();
      return tell({ type: 'faults', pending: 0 });
  }
});

tell({ type: 'ready' });
