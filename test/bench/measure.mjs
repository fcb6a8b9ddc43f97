import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GCProfiler } from 'node:v8';
import { join } from 'node:path';

/** Gives a folder for a while; inside of this package, so that what stands in it finds lagclient by name. */
export const withFolder = async (use) => {
  const cache = fileURLToPath(new URL('.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The middle one, or the mean of the two. */
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Milliseconds of each of `count` calls, one after the other. */
export const latencies = async (call, count) => {
  const times = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
};

/** Calls a second and CPU microseconds a call, with `width` calls in flight at any time. */
export const load = async (call, count, width) => {
  let started = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const worker = async () => {
    while (started++ < count) await call();
  };
  await Promise.all(Array.from({ length: width }, worker));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMicros: (user + system) / count };
};

/** Bytes of heap that a call allocates: what the collections found, and what has come since the last one. */
export const allocation = async (call, count) => {
  const profiler = new GCProfiler();
  let usedBytes = process.memoryUsage().heapUsed;
  profiler.start();
  for (let n = 0; n < count; n++) await call();
  const endBytes = process.memoryUsage().heapUsed;
  const { statistics } = profiler.stop();
  let allocated = 0;
  for (const { beforeGC, afterGC } of statistics) {
    allocated += beforeGC.heapStatistics.usedHeapSize - usedBytes;
    usedBytes = afterGC.heapStatistics.usedHeapSize;
  }
  return (allocated + endBytes - usedBytes) / count;
};

/** The server of the benchmarks in a process of its own. */
export const startServer = async () => {
  const child = fork(new URL('server.mjs', import.meta.url));
  const { port, bytes } = await new Promise((resolve) => child.once('message', resolve));
  return { origin: `http://127.0.0.1:${port}`, bytes, stop: () => child.kill() };
};
