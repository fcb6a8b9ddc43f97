// Whether a call costs the same however many contexts and calls there are, and whether memory stays flat.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { createContext, getMe } from 'lagclient';
import { undiciTransport } from 'lagclient/node';
import { load, median, startServer } from './measure.mjs';

const TOKEN = 'lag_pat_benchmark';
const CONTEXT_COUNTS = [1, 100, 10_000];
const WIDTHS = [1, 10, 32, 100, 1000];
const TRANSPORTS = {
  'lagclient, default': () => ({}),
  'lagclient, undiciTransport': () => ({ transport: undiciTransport() }),
};

const value = async (result) => (await result)._unsafeUnwrap();

/** `{ [transport]: { [contexts]: { cpuMicros, perSecond } } }`: each call over another context, 32 at a time. */
export const benchContexts = async ({ rounds, calls = 2000 }) => {
  const server = await startServer();
  try {
    const report = {};
    for (const [name, optionsOf] of Object.entries(TRANSPORTS)) {
      const runs = CONTEXT_COUNTS.map((count) => {
        const contexts = Array.from({ length: count }, () =>
          createContext(TOKEN, { baseUrl: server.origin, ...optionsOf() }),
        );
        let next = 0;
        return { count, samples: [], call: () => value(getMe(contexts[next++ % count])) };
      });
      for (let round = -2; round < rounds; round++)
        for (const { samples, call } of runs) {
          const sample = await load(call, calls, 32);
          if (round >= 0) samples.push(sample);
        }
      report[name] = Object.fromEntries(runs.map(({ count, samples }) => [count, mediansOf(samples)]));
    }
    return report;
  } finally {
    server.stop();
  }
};

/** `{ [transport]: { [width]: { cpuMicros, perSecond } } }`: one context, so many calls in flight. */
export const benchWidths = async ({ rounds, calls = 2000 }) => {
  const server = await startServer();
  try {
    const report = {};
    for (const [name, optionsOf] of Object.entries(TRANSPORTS)) {
      const ctx = createContext(TOKEN, { baseUrl: server.origin, ...optionsOf() });
      const runs = WIDTHS.map((width) => ({ width, samples: [] }));
      for (let round = -2; round < rounds; round++)
        for (const { width, samples } of runs) {
          const sample = await load(() => value(getMe(ctx)), calls, width);
          if (round >= 0) samples.push(sample);
        }
      report[name] = Object.fromEntries(runs.map(({ width, samples }) => [width, mediansOf(samples)]));
    }
    return report;
  } finally {
    server.stop();
  }
};

const mediansOf = (samples) => ({
  cpuMicros: median(samples.map(({ cpuMicros }) => cpuMicros)),
  perSecond: median(samples.map(({ perSecond }) => perSecond)),
});

/** `{ [transport]: bytes }`: heap that a context keeps, of 10 000 that have made a call. */
export const benchContextMemory = async () => {
  const report = {};
  for (const name of Object.keys(TRANSPORTS)) report[name] = await inProcess('memory', name, {});
  return report;
};

/**
 * `{ [transport]: { calls, failed, heapMb, rssMb } }`: so many calls, of which 2 % meet a fault, and the memory after each
 * tenth of them.
 */
export const benchEndurance = async ({ calls }) => {
  const report = {};
  for (const name of Object.keys(TRANSPORTS)) report[name] = await inProcess('endurance', name, { calls });
  return report;
};

/** In a process of its own, with a collector that can be asked. */
const inProcess = async (task, transport, settings) => {
  const child = fork(import.meta.filename ?? new URL(import.meta.url).pathname, [task, transport], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, SETTINGS: JSON.stringify(settings) },
  });
  const [report] = await once(child, 'message');
  child.kill();
  return report;
};

const measureMemory = async (optionsOf) => {
  const server = await startServer();
  const make = () => createContext(TOKEN, { baseUrl: server.origin, ...optionsOf() });
  for (let n = 0; n < 100; n++) await value(getMe(make()));
  const heap = () => {
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const contexts = Array.from({ length: 10_000 }, make);
  for (const ctx of contexts) await value(getMe(ctx));
  const bytes = (heap() - before) / contexts.length;
  server.stop();
  return bytes;
};

const FAULTS = [
  (response) => response.writeHead(503).end(),
  (response) => response.socket.resetAndDestroy(),
  (response) => response.writeHead(200, { 'content-length': 100 }).write('{"id":', () => response.socket.destroy()),
  (response) => response.writeHead(200).end('not JSON'),
];
const CALLS_PER_FAULT = 50;

const startFaultyServer = async () => {
  const user = { id: 'u1', username: 'ada', displayName: null, avatarUrl: null, status: 'online' };
  const body = JSON.stringify({ ...user, createdAt: '2024-05-01T12:00:00.000Z' });
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    if (requests % CALLS_PER_FAULT > 0) return void response.end(body);
    FAULTS[(requests / CALLS_PER_FAULT) % FAULTS.length](response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send({ port: server.address().port });
};

const measureEndurance = async (optionsOf, { calls }) => {
  const server = fork(new URL(import.meta.url).pathname, ['faulty-server']);
  const [{ port }] = await once(server, 'message');
  const ctx = createContext(TOKEN, { baseUrl: `http://127.0.0.1:${port}`, maxRetries: 1, ...optionsOf() });
  let failed = 0;
  const heapMb = [];
  const rssMb = [];
  const call = async () => {
    if ((await getMe(ctx)).isErr()) failed++;
  };
  for (let tenth = 0; tenth < 10; tenth++) {
    await load(call, calls / 10, 256);
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    heapMb.push(heapUsed / 1e6);
    rssMb.push(rss / 1e6);
  }
  server.kill();
  return { calls, failed, heapMb, rssMb };
};

const [, file, task, transport] = process.argv;
if (file === new URL(import.meta.url).pathname) {
  const settings = JSON.parse(process.env.SETTINGS ?? '{}');
  if (task === 'faulty-server') await startFaultyServer();
  if (task === 'memory') process.send(await measureMemory(TRANSPORTS[transport]));
  if (task === 'endurance') process.send(await measureEndurance(TRANSPORTS[transport], settings));
}
