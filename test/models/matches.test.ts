import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { findIssues, matches, MAX_ISSUES, MAX_ITEMS } from '../../src/models/matches.js';
import { ServerMemberListSchema } from '../../src/schemas.js';
import { sized } from '../support/runs.js';

const RUNS = sized(1000, 15_000);

/** Leaves that are compiled, and all kinds of schemas that are left to valibot. */
const leaves: v.GenericSchema[] = [
  v.string(),
  v.number(),
  v.boolean(),
  v.literal('a'),
  v.literal(NaN),
  v.picklist(['a', 'b', 1]),
  v.pipe(v.string(), v.minLength(2), v.maxLength(3)),
  v.union([v.string(), v.number()]),
  v.null(),
  v.nonOptional(v.optional(v.string())),
  v.nonNullable(v.nullable(v.boolean())),
  v.undefinedable(v.string()),
  v.unknown(),
  v.tuple([v.string(), v.number()]),
  v.looseObject({ a: v.fallback(v.string(), 'none'), b: v.optional(v.string(), 'none'), c: v.number() }),
  v.strictObject({ a: v.string() }),
  v.object({ a: v.string(), b: v.exactOptional(v.number()) }),
  v.record(v.picklist(['x', 'y']), v.string()),
  v.variant('a', [v.looseObject({ a: v.literal('a'), b: v.string() }), v.looseObject({ a: v.literal('b') })]),
];

const wrappers: ((wrapped: v.GenericSchema) => v.GenericSchema)[] = [
  (wrapped) => v.optional(wrapped),
  (wrapped) => v.nullable(wrapped),
  (wrapped) => v.nullish(wrapped),
];

// With names that every object inherits, names that valibot leaves out of a record, and the one of an array's length.
const key = fc.constantFrom('a', 'b', 'c', 'd', 'toString', 'hasOwnProperty', 'constructor', 'valueOf', 'length');

const { schema: anySchema } = fc.letrec<
  Record<'schema' | 'leaf' | 'object' | 'list' | 'record' | 'wrapped', v.GenericSchema>
>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: tie('leaf') },
    { weight: 4, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('list') },
    { weight: 2, arbitrary: tie('record') },
    { weight: 2, arbitrary: tie('wrapped') },
  ),
  leaf: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...leaves.slice(0, 3)) }, fc.constantFrom(...leaves)),
  object: fc
    .dictionary(key, tie('schema'), { maxKeys: 4, noNullPrototype: true })
    .map((entries) => v.looseObject(entries)),
  list: tie('schema').map((item) => v.array(item)),
  record: tie('schema').map((value) => v.record(v.string(), value)),
  wrapped: fc.tuple(tie('schema'), fc.constantFrom(...wrappers)).map(([wrapped, wrap]) => wrap(wrapped)),
}));

interface Parts {
  readonly entries: Record<string, v.GenericSchema>;
  readonly item: v.GenericSchema;
  readonly value: v.GenericSchema;
  readonly wrapped: v.GenericSchema;
}

/** Inputs that are right in many places and wrong in some. */
const inputOf = (schema: v.GenericSchema): fc.Arbitrary<unknown> => {
  const parts = schema as unknown as Parts;
  const right = (): fc.Arbitrary<unknown> => {
    switch (schema.type) {
      case 'string':
        return fc.string({ maxLength: 4 });
      case 'number':
        return fc.integer();
      case 'boolean':
        return fc.boolean();
      case 'literal':
      case 'picklist':
      case 'union':
        return fc.constantFrom('a', 'b', 1, NaN);
      case 'tuple':
        return fc.tuple(fc.string(), fc.integer());
      case 'variant':
        return fc.record({ a: fc.constantFrom('a', 'b', 'c'), b: fc.string() }, { noNullPrototype: true });
      case 'non_optional':
      case 'non_nullable':
      case 'undefinedable':
        return fc.constantFrom('a', true, null, undefined);
      case 'null':
        return fc.constant(null);
      case 'unknown':
        return fc.jsonValue({ maxDepth: 1 });
      case 'exact_optional':
        return inputOf(parts.wrapped);
      case 'optional':
        return fc.oneof(fc.constant(undefined), inputOf(parts.wrapped));
      case 'nullable':
        return fc.oneof(fc.constant(null), inputOf(parts.wrapped));
      case 'nullish':
        return fc.oneof(fc.constant(null), fc.constant(undefined), inputOf(parts.wrapped));
      case 'array':
        return fc.array(inputOf(parts.item), { maxLength: 3 });
      case 'record':
        return fc.dictionary(fc.constantFrom('x', 'y', 'z', 'constructor', 'prototype'), inputOf(parts.value), {
          maxKeys: 3,
          noNullPrototype: true,
        });
      default:
        return fc.record(
          {
            ...Object.fromEntries(Object.entries(parts.entries).map(([name, entry]) => [name, inputOf(entry)])),
            other: fc.jsonValue({ maxDepth: 1 }),
          },
          {
            requiredKeys: Object.keys(parts.entries).filter((_, index) => index % 3 !== 2) as never[],
            noNullPrototype: true,
          },
        );
    }
  };
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) });
};

const schemaAndInput = anySchema.chain((schema) => fc.tuple(fc.constant(schema), inputOf(schema)));

/** What valibot reads of it is then its own, because nothing is inherited. */
const withoutPrototypes = (value: unknown): unknown => {
  if (Array.isArray(value)) return Object.setPrototypeOf(value.map(withoutPrototypes), null);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, field] of Object.entries(value)) copy[name] = withoutPrototypes(field);
  return copy;
};

const valibotPaths = (schema: v.GenericSchema, input: unknown): string[] =>
  (v.safeParse(schema, input).issues ?? [])
    .slice(0, MAX_ISSUES)
    .map(({ path }) => path?.map(({ key: name }) => String(name)).join('.') ?? '');

const pathsOf = (schema: v.GenericSchema, input: unknown): string[] =>
  findIssues(schema, input).map(({ path }) => path);

describe('against valibot', () => {
  test('accepts exactly what valibot accepts, and finds the first 20 issues at the same paths', () => {
    let passed = 0;
    let failed = 0;
    fc.assert(
      fc.property(schemaAndInput, ([schema, input]) => {
        const before = structuredClone(input);
        const own = withoutPrototypes(input);
        const isValid = v.is(schema, own);
        expect(matches(schema, input)).toBe(isValid);
        expect(pathsOf(schema, input)).toEqual(valibotPaths(schema, own));
        expect(input).toEqual(before);
        if (isValid) passed++;
        else failed++;
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(passed, failed)).toBeGreaterThan((passed + failed) / 8);
  });

  test('finds only the first 20 of many issues', () => {
    const schema = v.looseObject({ list: v.array(v.looseObject({ a: v.string(), b: v.number() })) });
    fc.assert(
      fc.property(fc.array(fc.record({ a: fc.constantFrom('x', 1), b: fc.constantFrom(1, 'x', null) })), (list) => {
        const input = { list: [...list, ...list, ...list] };
        expect(pathsOf(schema, input)).toEqual(valibotPaths(schema, input));
      }),
      { numRuns: sized(200, 3000) },
    );
    expect(findIssues(v.array(v.string()), Array(50).fill(1))).toHaveLength(MAX_ISSUES);
  });
});

const UserSchema = v.looseObject({ id: v.string(), name: v.nullable(v.string()), note: v.nullish(v.string()) });

describe('own properties', () => {
  /** Runs something while objects inherit a property. */
  const polluted = <T>(name: string, value: unknown, enumerable: boolean, run: () => T): T => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable, writable: true });
    try {
      return run();
    } finally {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
  };

  test.each([true, false])(
    'are the only ones that count when Object.prototype is polluted (enumerable: %s)',
    (enumerable) => {
      const verdicts = (name: string, value: unknown) =>
        polluted(name, value, enumerable, () => [
          matches(UserSchema, { name: null }),
          matches(UserSchema, { id: 'u1', name: null }),
          matches(v.record(v.string(), v.string()), { a: 'b' }),
          pathsOf(UserSchema, { name: null }).join(),
          pathsOf(UserSchema, { id: 1, name: null }).join(),
        ]);
      const honest = [false, true, true, 'id', 'id'];
      expect(verdicts('id', 'inherited')).toEqual(honest);
      expect(verdicts('note', 5)).toEqual(honest);
      expect(verdicts('stranger', 5)).toEqual(honest);
    },
  );

  test.each(['toString', 'hasOwnProperty', 'constructor', 'valueOf', '__proto__'])(
    'are told apart from the inherited %s',
    (name) => {
      const required = v.looseObject({ [name]: v.unknown() });
      const optional = v.looseObject({ [name]: v.optional(v.string()) });
      expect(matches(required, {})).toBe(false);
      expect(pathsOf(required, {})).toEqual([name]);
      expect(matches(optional, {})).toBe(true);
      expect(matches(optional, JSON.parse(`{"${name}":5}`))).toBe(false);
      expect(pathsOf(optional, JSON.parse(`{"${name}":5}`))).toEqual([name]);
    },
  );

  test('of another realm or without a prototype count as well', () => {
    const fields = { id: 'u1', name: null };
    expect(matches(UserSchema, Object.assign(Object.create(null), fields))).toBe(true);
    expect(matches(UserSchema, Object.create(fields))).toBe(false);
    expect(pathsOf(UserSchema, Object.create(fields))).toEqual(['id', 'name']);
  });
});

describe('issues', () => {
  test('do not contain the value, which may be a secret', () => {
    const secret = 'lag_pat_secret';
    const schemas = [
      v.number(),
      v.literal('x'),
      v.picklist(['x']),
      v.pipe(v.string(), v.maxLength(1)),
      v.pipe(v.string(), v.url()),
      v.pipe(
        v.string(),
        v.check((text) => text === 'x'),
      ),
      v.union([v.number(), v.literal('x')]),
      v.variant('type', [v.looseObject({ type: v.literal('x') })]),
    ];
    for (const schema of schemas)
      for (const value of [secret, { type: secret }]) {
        const issues = findIssues(v.looseObject({ a: schema }), { a: value });
        expect(issues).toHaveLength(1);
        expect(JSON.stringify(issues)).not.toContain('secret');
      }
  });

  test.each<[v.GenericSchema, unknown, string]>([
    [v.string(), 5, 'expected string, received number'],
    [v.nullable(v.string()), true, 'expected string, received boolean'],
    [v.array(v.string()), { 0: 'a' }, 'expected Array, received Object'],
    [v.looseObject({}), null, 'expected Object, received null'],
    [v.record(v.string(), v.string()), 'text', 'expected Object, received string'],
    [v.number(), [], 'expected number, received Array'],
    [v.pipe(v.string(), v.minLength(1)), '', 'expected >=1, received string'],
    [v.literal('ok'), undefined, 'expected "ok", received undefined'],
  ])('name what was expected and the kind of what came: case %#', (schema, value, message) => {
    expect(matches(schema, value)).toBe(false);
    expect(findIssues(schema, value)).toEqual([{ path: '', message }]);
  });

  test('name a missing field and what it should be, and leave optional fields alone', () => {
    expect(findIssues(UserSchema, { id: 'u1' })).toEqual([
      { path: 'name', message: 'expected (string | null), received undefined' },
    ]);
  });

  test('name every wrong field, however deep', () => {
    const schema = v.array(v.looseObject({ users: v.record(v.string(), UserSchema) }));
    expect(pathsOf(schema, [{ users: { a: { id: 1, name: 2 } } }, 5, {}])).toEqual([
      '0.users.a.id',
      '0.users.a.name',
      '1',
      '2.users',
    ]);
  });

  test('are none for a value that matches', () => {
    expect(findIssues(UserSchema, { id: 'u1', name: 'Ada', more: 1 })).toEqual([]);
  });
});

describe('lists', () => {
  test('have at most 10000 items, whatever the items are', () => {
    const message = 'expected at most 10000 items';
    const schema = v.looseObject({ list: v.array(v.string()) });
    const listOf = (length: number, item: unknown) => ({ list: Array(length).fill(item) });
    expect(matches(schema, listOf(MAX_ITEMS, ''))).toBe(true);
    expect(matches(schema, listOf(MAX_ITEMS + 1, ''))).toBe(false);
    expect(findIssues(schema, listOf(MAX_ITEMS + 1, ''))).toEqual([{ path: 'list', message }]);
    expect(findIssues(schema, listOf(MAX_ITEMS + 1, 0))).toEqual([{ path: 'list', message }]);
    expect(findIssues(v.array(v.string()), listOf(MAX_ITEMS + 1, '').list)).toEqual([{ path: '', message }]);
  });

  test('have another limit where one is given', () => {
    const schema = v.array(v.array(v.string()));
    expect(matches(schema, [[], ['a', 'b'], []], { maxItems: 2 })).toBe(false);
    expect(findIssues(schema, [[], ['a', 'b', 'c']], { maxItems: 2 })).toEqual([
      { path: '1', message: 'expected at most 2 items' },
    ]);
    const long = [Array(MAX_ITEMS + 1).fill('')];
    expect(matches(schema, long, { maxItems: Infinity })).toBe(true);
    expect(findIssues(schema, long, { maxItems: Infinity })).toEqual([]);
  });

  test('of 2.5 million wrong items cost milliseconds, with and without the limit', () => {
    const zeros: unknown = JSON.parse(`[${'0,'.repeat(2_499_999)}0]`);
    const startedAt = performance.now();
    expect(matches(ServerMemberListSchema, zeros)).toBe(false);
    expect(findIssues(ServerMemberListSchema, zeros)).toHaveLength(1);
    expect(matches(ServerMemberListSchema, zeros, { maxItems: Infinity })).toBe(false);
    expect(findIssues(ServerMemberListSchema, zeros, { maxItems: Infinity })).toHaveLength(MAX_ISSUES);
    // valibot's `safeParse` takes 7 s and a gigabyte.
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

test('a schema is compiled once', () => {
  let reads = 0;
  const entries = { id: v.string() };
  const schema = Object.defineProperty(v.looseObject(entries), 'entries', { get: () => (reads++, entries) });
  expect(matches(schema, { id: 'a' })).toBe(true);
  const readsToCompile = reads;
  expect(readsToCompile).toBeGreaterThan(0);
  for (let run = 0; run < 5; run++) expect(matches(schema, { id: 'a' })).toBe(true);
  expect(reads).toBe(readsToCompile);
});
