import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as neverthrow from 'neverthrow';
import * as main from '../../src/index.js';
import * as robots from '../../src/robots/index.js';
import type { LagContext } from '../../src/context.js';
import { isLagError } from '../../src/errors.js';
import { contextsOver } from '../support/contexts.js';
import { inVirtualTime, turnsOfThreads } from '../support/clock.js';
import { hostileOptions, lazyText, type Lazy } from './hostile-values.js';
import type { Property } from './property.js';

type Callable = (...args: unknown[]) => unknown;

const EXPORTS = Object.entries({ ...main, ...robots }).filter(
  // neverthrow's own, and the one that says in its name that it throws.
  ([name, value]) => typeof value === 'function' && !(name in neverthrow) && name !== 'orThrow',
) as [string, Callable][];

/** Makes a context whose server answers a bit of everything. */
const answers = [
  () => Response.json({ version: '1' }),
  () => Response.json([]),
  () => new Response('', { status: 404 }),
  () => new Response('<html>', { status: 502 }),
  () => new Response('', { status: 429, headers: { 'retry-after': '1' } }),
  () => Response.error(),
];

const contextAnswering = (token: string, seed: number): LagContext => {
  let count = seed;
  const fetch = async () => answers[count++ % answers.length]!();
  const [withFetch, withTransport] = contextsOver(fetch, {}, token);
  return seed % 2 ? withFetch : withTransport;
};

const context = fc.nat(11).map((seed): Lazy => ({
  make: () => contextAnswering(seed % 3 ? 'lag_pat_fuzz' : 'lag_robot_fu_zz', seed),
  [fc.toStringMethod]: () => `contextAnswering(${seed})`,
}));

const args = fc.tuple(
  fc.oneof({ arbitrary: context, weight: 4 }, { arbitrary: hostileOptions, weight: 1 }),
  fc.array(fc.oneof({ arbitrary: lazyText, weight: 2 }, { arbitrary: hostileOptions, weight: 1 }), { maxLength: 6 }),
);

/** What a call gives in the end; throws where a promise of the package is broken. */
const settle = async (made: unknown): Promise<void> => {
  if (typeof made !== 'object' || made === null) return;
  if (Symbol.asyncIterator in made && 'return' in made) {
    const iterator = made as AsyncGenerator<unknown, unknown>;
    const first = await iterator.next();
    if (!first.done) checkResult(first.value);
    await iterator.return(undefined);
  } else if ('_promise' in made) checkResult(await (made as object as PromiseLike<unknown>));
};

const checkResult = (value: unknown): void => {
  const { isOk, error } = value as { isOk?: () => boolean; error?: unknown };
  assert.equal(typeof isOk, 'function');
  if (!isOk!.call(value)) assert(isLagError(error));
};

export const totality: readonly Property[] = [
  {
    name: 'no export throws, rejects or hangs, whatever it is given',
    share: 10,
    make: () =>
      fc.asyncProperty(fc.constantFrom(...EXPORTS), args, async ([name, call], [first, rest]) => {
        await inVirtualTime(async () => settle(call(first.make(), ...rest.map(({ make }) => make()))), {
          ...(/^(upload|verify)/.test(name) && { settle: turnsOfThreads }),
        });
      }),
  },
];
