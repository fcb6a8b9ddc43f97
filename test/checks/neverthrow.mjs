// The build inlines neverthrow with its helpers of 2015 written back as `async`: both must do the same, alone and mixed.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as original from 'neverthrow';
import * as inlined from '../../dist/vendor/neverthrow/dist/index.es.js';

const boom = () => {
  throw new Error('boom');
};

/** Steps that a program may take; `lib` is where its Results come from, `other` where those of its callbacks do. */
const steps = {
  map: (result) => result.map((value) => value + 1),
  mapAsync: (result) => result.map(async (value) => value * 2),
  mapThrows: (result) => result.map(boom),
  mapErr: (result) => result.mapErr((error) => `${error}!`),
  andThenAsync: (result, other) =>
    result.andThen((value) => new other.ResultAsync(Promise.resolve(other.ok(value + 3)))),
  andThenSync: (result, other) => result.andThen((value) => (value % 2 ? other.ok(value) : other.err(`even ${value}`))),
  andThenThrows: (result) => result.andThen(boom),
  orElse: (result, other) => result.orElse((error) => other.ok(error.length)),
  orElseErr: (result, other) =>
    result.orElse((error) => new other.ResultAsync(Promise.resolve(other.err(`${error}?`)))),
  andTee: (result) => result.andTee(boom),
  andTeeAsync: (result) => result.andTee(async () => boom()),
  orTee: (result) => result.orTee(boom),
  andThrough: (result, other) => result.andThrough((value) => (value > 9 ? other.err('big') : other.ok(0))),
  safeTry: (result, other) =>
    original.safeTry(async function* () {
      const value = yield* result;
      return other.ok(value - 1);
    }),
  safeUnwrap: (result, other) =>
    original.safeTry(async function* () {
      const value = yield* result.safeUnwrap();
      return other.ok(value - 2);
    }),
  combine: (result, other) => original.ResultAsync.combine([result, other.errAsync('late')]).map(([value]) => value),
  combineAll: (result) => original.ResultAsync.combineWithAllErrors([result, result]).map(([value]) => value),
};

const ends = {
  await: async (result) =>
    (await result).match(
      (value) => ['ok', value],
      (error) => ['err', error],
    ),
  match: (result) =>
    result.match(
      (value) => ['ok', value],
      (error) => ['err', error],
    ),
  unwrapOr: async (result) => ['or', await result.unwrapOr('default')],
};

const run = async (lib, other, start, names, end) => {
  try {
    let result = start.ok ? lib.errAsync('x').orElse(() => lib.ok(start.value)) : lib.errAsync('x');
    for (const name of names) result = steps[name](result, other);
    return await ends[end](result);
  } catch (error) {
    return ['thrown', String(error)];
  }
};

let programs = 0;
const kinds = new Set();
await fc.assert(
  fc.asyncProperty(
    fc.record({ ok: fc.boolean(), value: fc.integer({ min: 0, max: 12 }) }),
    fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 5 }),
    fc.constantFrom(...Object.keys(ends)),
    async (start, names, end) => {
      const expected = await run(original, original, start, names, end);
      assert.deepEqual(await run(inlined, inlined, start, names, end), expected);
      assert.deepEqual(await run(inlined, original, start, names, end), expected);
      programs++;
      kinds.add(expected[0]);
    },
  ),
  { numRuns: 2000 },
);
assert.equal(kinds.size, 4, `programs ended in ${[...kinds].join(', ')} only`);
console.log(`neverthrow: ${programs} programs end as with the original`);
