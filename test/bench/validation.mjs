// What it costs to check a page of 100 messages, beside parsing it: fresh objects each time, as in a call.
import assert from 'node:assert/strict';
import { RoomMessagePageSchema } from 'lagclient/schemas';
import * as v from 'valibot';
import { matches } from '../../dist/models/matches.js';
import { median, startServer } from './measure.mjs';

/** The most that checking may cost, in times of `JSON.parse`. */
const MAX_RATIO = 0.3;
const RUNS_PER_ROUND = 200;
const WARM_UP_ROUNDS = 2;

/** `{ parseMicros, rows: { [what]: { micros, ratio } } }`; throws where the package's own check is too slow. */
export const benchValidation = async ({ rounds }) => {
  const server = await startServer();
  const page = await (await fetch(`${server.origin}/page`)).text();
  server.stop();
  assert(matches(RoomMessagePageSchema, JSON.parse(page)));
  const checks = {
    lagclient: (value) => matches(RoomMessagePageSchema, value),
    "valibot's `safeParse`": (value) => v.safeParse(RoomMessagePageSchema, value).success,
  };
  const measured = [];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const times = { parse: [], ...Object.fromEntries(Object.keys(checks).map((name) => [name, []])) };
    for (let run = 0; run < RUNS_PER_ROUND; run++)
      for (const [name, check] of Object.entries(checks)) {
        const start = performance.now();
        const value = JSON.parse(page);
        const parsed = performance.now();
        assert(check(value));
        times.parse.push(parsed - start);
        times[name].push(performance.now() - parsed);
      }
    if (round >= WARM_UP_ROUNDS)
      measured.push(Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list) * 1000])));
  }
  const medianOf = (read) => median(measured.map(read));
  const rows = Object.fromEntries(
    Object.keys(checks).map((name) => [
      name,
      { micros: medianOf((round) => round[name]), ratio: medianOf((round) => round[name] / round.parse) },
    ]),
  );
  const { ratio } = rows.lagclient;
  assert(ratio <= MAX_RATIO, `checking a page costs ${ratio.toFixed(2)} of JSON.parse, ${MAX_RATIO} allowed`);
  return { bytes: server.bytes.page, parseMicros: medianOf((round) => round.parse), rows };
};
