import { expect, test } from 'vitest';
import * as api from '../../src/index.js';
import { createContext } from '../../src/context.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { transportOf } from '../support/transports.js';
import { OPERATIONS } from '../operations.table.js';

const FUNCTIONS = new Map<string, unknown>(Object.entries(api));

interface Confusion {
  readonly operation: string;
  /** The id's place among the ids of the path. */
  readonly place: number;
  readonly idName: string;
  readonly word: string;
  readonly becomes: string;
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

const isId = (segment: string): boolean => segment.startsWith(':');

/** The ids that would turn the path of one operation into the path of another one of the same method. */
const CONFUSIONS: readonly Confusion[] = OPERATIONS.flatMap((operation) =>
  OPERATIONS.flatMap((other): Confusion[] => {
    const [from, to] = [segmentsOf(operation.path), segmentsOf(other.path)];
    if (operation.method !== other.method || from.length !== to.length || operation.path === other.path) return [];
    const differing = from.flatMap((segment, index) => (segment === to[index] ? [] : [index]));
    // Each differing place must be an id here that could be the word, or an id there that could be anything.
    const isPossible = differing.every((index) => isId(from[index]!) || isId(to[index]!));
    if (!isPossible) return [];
    return differing
      .filter((index) => isId(from[index]!) && !isId(to[index]!))
      .map((index) => ({
        operation: operation.name,
        place: from.slice(0, index).filter(isId).length,
        idName: from[index]!.slice(1),
        word: to[index]!,
        becomes: other.name,
      }));
  }),
);

test('the operations have the 35 confusable pairs that are known', () => {
  expect(new Set(CONFUSIONS.map(({ operation, becomes }) => `${operation} ${becomes}`)).size).toBe(35);
});

test.each(CONFUSIONS)(
  '$operation rejects $word as $idName, which is $becomes',
  async ({ operation, place, idName, word }) => {
    let sent = 0;
    const ctx = createContext('lag_pat_x1234567' as string, {
      transport: transportOf(() => {
        sent++;
      }),
    });
    const ids = Array.from({ length: 4 }, (_, index) => (index === place ? word : `id${index}`));
    const run = FUNCTIONS.get(operation) as (...args: unknown[]) => LagResult<unknown>;
    const idCount = segmentsOf(OPERATIONS.find(({ name }) => name === operation)!.path).filter(isId).length;
    const error = (await run(ctx, ...ids.slice(0, idCount), new Uint8Array(4)))._unsafeUnwrapErr();
    expect([error.kind, error.attempts, error.maybeApplied, sent]).toEqual(['invalid_input', 0, false, 0]);
    expect(error.message).toBe(`invalid ${idName}: ${word} is a route of its own`);
  },
);
