import fc from 'fast-check';
import { describe, test } from 'vitest';
import { answers } from './answers.js';
import { boundaries } from './boundaries.js';
import { middleware } from './middleware.js';
import { neverTwice } from './never-twice.js';
import { robots } from './robots.js';
import { sendOnce } from './send-once.js';
import { totality } from './totality.js';
import { walks } from './walks.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? (process.env['FUZZ_RUNS'] ? Date.now() % 2 ** 31 : 1));

const properties = [
  ...neverTwice,
  ...totality,
  ...answers,
  ...middleware,
  ...walks,
  ...sendOnce,
  ...boundaries,
  ...robots,
];
const shares = properties.reduce((sum, { share }) => sum + share, 0);

describe(`with FUZZ_SEED=${SEED}`, () => {
  for (const { name, share, make } of properties) {
    const numRuns = Math.ceil((RUNS * share) / shares);
    test(`${name} (${numRuns} cases)`, { timeout: 600_000 }, () => fc.assert(make(), { numRuns, seed: SEED }));
  }
});
