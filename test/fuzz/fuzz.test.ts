import fc from 'fast-check';
import { describe, test } from 'vitest';
import { FUZZ_RUNS } from '../support/runs.js';
import { answers } from './answers.js';
import { boundaries } from './boundaries.js';
import { middleware } from './middleware.js';
import { neverTwice } from './never-twice.js';
import { realms } from './realms.js';
import { robots } from './robots.js';
import { sendOnce } from './send-once.js';
import { totality } from './totality.js';
import { walks } from './walks.js';

// `npm run test:fuzz` runs FUZZ_RUNS cases from another seed each time; `npm test` runs the same 2000.
const RUNS = Number(FUZZ_RUNS ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? (FUZZ_RUNS ? Date.now() % 2 ** 31 : 1));

const PROPERTIES = [neverTwice, totality, answers, middleware, walks, sendOnce, boundaries, robots, realms].flat();
const shares = PROPERTIES.reduce((sum, { share }) => sum + share, 0);

describe(`FUZZ_RUNS=${RUNS} FUZZ_SEED=${SEED}`, () => {
  for (const { name, share, make } of PROPERTIES) {
    const numRuns = Math.ceil((RUNS * share) / shares);
    test(`${name} (${numRuns} cases)`, () => fc.assert(make(), { numRuns, seed: SEED }));
  }
});
