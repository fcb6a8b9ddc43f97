// What a call costs over each transport, next to what a user would pick instead. Rounds are interleaved, and each is
// compared with the same round of another client, so that whatever else the machine does falls on all alike.
import assert from 'node:assert/strict';
import { contendersAt, JOBS } from './contenders.mjs';
import { allocation, latencies, load, median, startServer } from './measure.mjs';

const WARM_UP_ROUNDS = 10;
const SEQUENTIAL_CALLS = 60;
const CONCURRENT_CALLS = 320;
export const WIDTH = 32;

/** The measures, and whether more of it is better. */
export const MEASURES = { p50Ms: 'less', perSecond: 'more', cpuMicros: 'less', allocatedBytes: 'less' };

/** `{ [job]: { bytes, samples: { [client]: { [measure]: number[] } } } }`, a number a round. */
export const benchCalls = async ({ rounds, only }) => {
  const server = await startServer();
  try {
    const contenders = Object.entries(contendersAt(server.origin));
    const report = {};
    for (const job of JOBS.filter((name) => !only || name === only)) {
      const [, reference] = contenders[0];
      const expected = await reference[job]();
      for (const [name, calls] of contenders) assert.deepEqual(await calls[job](), expected, name);
      const calls = contenders.map(([name, { [job]: call }]) => [name, call]);
      report[job] = { bytes: server.bytes[job], samples: await race(calls, rounds) };
    }
    return report;
  } finally {
    server.stop();
  }
};

const race = async (contenders, rounds) => {
  const samples = new Map(contenders.map(([name]) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    // Each starts after each other one in turn, because it may find the other's garbage.
    const shift = (round + WARM_UP_ROUNDS) % contenders.length;
    for (const [name, call] of [...contenders.slice(shift), ...contenders.slice(0, shift)]) {
      const p50Ms = median(await latencies(call, SEQUENTIAL_CALLS));
      const allocatedBytes = await allocation(call, SEQUENTIAL_CALLS);
      const sample = { p50Ms, allocatedBytes, ...(await load(call, CONCURRENT_CALLS, WIDTH)) };
      if (round >= 0) samples.get(name).push(sample);
    }
  }
  const numbersOf = (own) =>
    Object.fromEntries(Object.keys(MEASURES).map((measure) => [measure, own.map((sample) => sample[measure])]));
  return Object.fromEntries([...samples].map(([name, own]) => [name, numbersOf(own)]));
};

/** The median over all rounds of one client's measure, as a multiple of another's in the same round. */
export const ratio = (samples, name, against, measure) => {
  const others = samples[against][measure];
  return median(samples[name][measure].map((own, round) => own / others[round]));
};
