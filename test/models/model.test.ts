import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { dictionary, list, maybe, model, optional, primitive, type Schema } from '../../src/models/model.js';
import { sized } from '../support/runs.js';

const RUNS = sized(1000, 15_000);

/** One shape twice: with this package's helpers and with valibot's own. */
interface Twin {
  ours: Schema;
  theirs: v.GenericSchema;
}

const leaves: Twin[] = [
  { ours: primitive('string'), theirs: v.string() },
  { ours: primitive('number'), theirs: v.number() },
  { ours: primitive('boolean'), theirs: v.boolean() },
];

// With names that every object inherits, and one that sets a prototype.
const key = fc.constantFrom('a', 'b', 'c', 'd', 'toString', 'hasOwnProperty', 'valueOf');

const { twin } = fc.letrec<{ twin: Twin; leaf: Twin; object: Twin; array: Twin; record: Twin; wrapped: Twin }>(
  (tie) => ({
    twin: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      tie('object'),
      tie('array'),
      tie('record'),
      tie('wrapped'),
    ),
    leaf: fc.constantFrom(...leaves),
    // An optional name that every object inherits is absent here, and of the wrong type for valibot.
    object: fc
      .dictionary(key, tie('twin'), { maxKeys: 4, noNullPrototype: true })
      .filter((entries) =>
        Object.entries(entries).every(([name, { theirs }]) => !(name in {}) || theirs.type !== 'optional'),
      )
      .map((entries) => ({
        ours: model(Object.fromEntries(Object.entries(entries).map(([name, { ours }]) => [name, ours]))),
        theirs: v.looseObject(Object.fromEntries(Object.entries(entries).map(([name, { theirs }]) => [name, theirs]))),
      })),
    array: tie('twin').map(({ ours, theirs }) => ({ ours: list(ours), theirs: v.array(theirs) })),
    record: tie('twin').map(({ ours, theirs }) => ({ ours: dictionary(ours), theirs: v.record(v.string(), theirs) })),
    wrapped: fc.tuple(tie('twin'), fc.boolean()).map(([{ ours, theirs }, isOptional]) =>
      // What is `null` or absent, in this order, is a missing key to valibot and fine here; no model says it so.
      isOptional || theirs.type === 'optional'
        ? { ours: optional(ours), theirs: v.optional(theirs) }
        : { ours: maybe(ours), theirs: v.nullable(theirs) },
    ),
  }),
);

interface Parts {
  entries: Record<string, v.GenericSchema>;
  item: v.GenericSchema;
  value: v.GenericSchema;
  wrapped?: v.GenericSchema;
}

/** Inputs that are right in many places and wrong in some. */
const inputOf = (schema: v.GenericSchema): fc.Arbitrary<unknown> => {
  const inner = schema as unknown as Parts;
  const right = (): fc.Arbitrary<unknown> => {
    switch (schema.type) {
      case 'string':
        return fc.string();
      case 'number':
        return fc.integer();
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'optional':
        return fc.oneof(fc.constant(undefined), inputOf(inner.wrapped!));
      case 'nullable':
        return fc.oneof(fc.constant(null), inputOf(inner.wrapped!));
      case 'array':
        return fc.array(inputOf(inner.item), { maxLength: 3 });
      case 'record':
        return fc.dictionary(fc.constantFrom('x', 'y', 'z'), inputOf(inner.value), {
          maxKeys: 3,
          noNullPrototype: true,
        });
      default:
        return fc.record(
          {
            ...Object.fromEntries(Object.entries(inner.entries).map(([name, entry]) => [name, inputOf(entry)])),
            unknown: fc.jsonValue({ maxDepth: 1 }),
          },
          {
            requiredKeys: Object.keys(inner.entries).filter((_, index) => index % 3 !== 2) as never[],
            noNullPrototype: true,
          },
        );
    }
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) });
};

/** Arrays are objects for valibot, and its dictionaries overlook some names; not here. */
const isReadOtherwise = (schema: v.GenericSchema, input: unknown): boolean => {
  const { entries, item, value, wrapped } = schema as unknown as Parts;
  if (wrapped) return isReadOtherwise(wrapped, input);
  if (typeof input !== 'object' || input === null) return false;
  const values = input as Record<string, unknown>;
  if (schema.type === 'array') return Array.isArray(input) && input.some((each) => isReadOtherwise(item, each));
  if (schema.type === 'record')
    return (
      Array.isArray(input) ||
      ['__proto__', 'prototype', 'constructor'].some((name) => Object.hasOwn(input, name)) ||
      Object.values(values).some((each) => isReadOtherwise(value, each))
    );
  if (schema.type === 'loose_object')
    return (
      Array.isArray(input) ||
      Object.entries(entries).some(([name, entry]) => name in input && isReadOtherwise(entry, values[name]))
    );
  return false;
};

const issuesOf = (schema: v.GenericSchema, input: unknown) =>
  (v.safeParse(schema, input).issues ?? []).map((issue) => v.getDotPath(issue as v.BaseIssue<unknown>) ?? '');

describe('against valibot', () => {
  test('the same inputs pass, with the same issues at the same places', () => {
    let passed = 0;
    let failed = 0;
    fc.assert(
      fc.property(
        twin.chain((schemas) => fc.tuple(fc.constant(schemas), inputOf(schemas.theirs))),
        ([{ ours, theirs }, input]) => {
          fc.pre(!isReadOtherwise(theirs, input));
          const before = structuredClone(input);
          const expected = issuesOf(theirs, input);
          expect(issuesOf(ours, input)).toEqual(expected);
          expect(v.is(ours, input)).toBe(!expected.length);
          expect(input).toEqual(before);
          if (expected.length) failed++;
          else passed++;
        },
      ),
      { numRuns: RUNS },
    );
    expect(Math.min(passed, failed)).toBeGreaterThan(RUNS / 15);
  });

  test('what passes is the input itself, unknown fields and all', () => {
    fc.assert(
      fc.property(
        twin.chain((schemas) => fc.tuple(fc.constant(schemas.ours), inputOf(schemas.theirs))),
        ([schema, input]) => {
          const parsed = v.safeParse(schema, input);
          if (parsed.success) expect(parsed.output).toBe(input);
        },
      ),
      { numRuns: sized(200, 5000) },
    );
  });
});

const text = primitive<string>('string');
const UserSchema = model({ id: text, name: maybe(text), note: optional(text) });

describe('model', () => {
  test('does not compile with schemas of valibot itself, which know nothing of its rules', () => {
    // @ts-expect-error
    expect(() => list(maybe(v.string()))).not.toThrow();
  });

  test('says what is wrong without the value, which may be a secret', () => {
    const { issues } = v.safeParse(model({ a: maybe(list(primitive('number'))) }), { a: ['lag_pat_secret'] });
    expect(JSON.stringify(issues)).not.toContain('secret');
  });

  test.each([[[]], [null], [undefined], ['text'], [1], [() => {}]])('refuses %o', (input) => {
    const { issues } = v.safeParse(UserSchema, input);
    expect(issues).toMatchObject([{ message: expect.stringMatching(/^expected Object, received (?!Object)/) }]);
  });

  test('names the field that is missing, and lets optional ones be', () => {
    const { issues } = v.safeParse(UserSchema, { id: 'u1' });
    expect(issues?.map((issue) => [v.getDotPath(issue), issue.message])).toEqual([
      ['name', 'expected string, received undefined'],
    ]);
    expect(v.is(UserSchema, { id: 'u1', name: null })).toBe(true);
    expect(v.is(UserSchema, { id: 'u1', name: null, note: null })).toBe(false);
  });

  test('names every wrong field, however deep', () => {
    const schema = list(model({ users: dictionary(UserSchema) }));
    const { issues } = v.safeParse(schema, [{ users: { a: { id: 1, name: 2 } } }, 5, {}]);
    expect(issues?.map((issue) => v.getDotPath(issue))).toEqual(['0.users.a.id', '0.users.a.name', '1', '2.users']);
  });

  test('keeps an own `__proto__` of JSON as the data that it is', () => {
    const input: unknown = JSON.parse('{"id":"u1","name":null,"__proto__":{"polluted":true}}');
    const output = v.parse(UserSchema, input);
    expect(Object.keys(output)).toEqual(['id', 'name', '__proto__']);
    expect('polluted' in output).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  test('is not confused by what others put on Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'stranger', { value: 1, configurable: true, enumerable: true });
    const verdicts = [v.is(UserSchema, { id: 'u1', name: null }), v.is(dictionary(text), { a: 'b' })];
    delete (Object.prototype as { stranger?: unknown }).stranger;
    expect(verdicts).toEqual([true, true]);
  });

  test('reports a hundred thousand issues without running out of stack', () => {
    const { issues } = v.safeParse(
      list(text),
      Array.from({ length: 100_000 }, () => 1),
    );
    expect(issues).toHaveLength(100_000);
  });
});

test('a list refuses what only looks like one', () => {
  for (const input of [{}, { length: 0 }, null, 'abc', new Uint8Array(2)])
    expect(v.safeParse(list(text), input).issues).toMatchObject([
      { message: expect.stringMatching(/^expected Array, received/) },
    ]);
});

test('a dictionary refuses arrays and what is no object', () => {
  for (const input of [[], ['a'], null, 'abc', 1])
    expect(v.safeParse(dictionary(text), input).issues).toMatchObject([
      { message: expect.stringMatching(/^expected Object, received/) },
    ]);
});
