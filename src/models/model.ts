import type * as v from 'valibot';

// These are valibot schemas, made here because valibot's own would bring 2.5 kB of message making that nobody sees,
// and would copy what they check. They check in place: nothing transforms, nothing has a default.

/** A schema of objects whose unknown fields are kept but not typed, so that the compiler catches a misspelt name. */
export interface ModelSchema<Entries extends v.ObjectEntries> extends v.GenericSchema<
  unknown,
  v.InferOutput<v.ObjectSchema<Entries, undefined>>
> {
  readonly entries: Entries;
}

/** A schema of arrays. */
export interface ListSchema<Item extends v.GenericSchema> extends v.GenericSchema<unknown, v.InferOutput<Item>[]> {
  readonly item: Item;
}

/** A schema of objects whose keys are data. */
export interface DictionarySchema<Value extends v.GenericSchema> extends v.GenericSchema<
  unknown,
  Record<string, v.InferOutput<Value>>
> {
  readonly value: Value;
}

/** A schema of one of JavaScript's primitive types. */
export const primitive = <T>(type: 'string' | 'number' | 'boolean'): v.GenericSchema<T> =>
  schema(type, (value) => typeof value !== type && mismatch(type, value));

/** Takes `null` too. */
export const maybe = <S extends v.GenericSchema>(wrapped: S): v.NullableSchema<S, undefined> => {
  const judge = judgeOf(wrapped);
  return schema('nullable', (value) => value !== null && judge(value), { wrapped });
};

/** May be absent. */
export const optional = <S extends v.GenericSchema>(wrapped: S): v.OptionalSchema<S, undefined> => {
  const judge = judgeOf(wrapped);
  return schema('optional', (value) => value !== undefined && judge(value), { wrapped });
};

export const model = <Entries extends v.ObjectEntries>(entries: Entries): ModelSchema<Entries> => {
  const keys = Object.keys(entries);
  return schema(
    'loose_object',
    judgeEach('Object', () => keys, Object.values(entries)),
    { entries },
  );
};

export const list = <Item extends v.GenericSchema>(item: Item): ListSchema<Item> =>
  schema('array', judgeEach('Array', Object.keys, [item]), { item });

export const dictionary = <Value extends v.GenericSchema>(value: Value): DictionarySchema<Value> =>
  schema('record', judgeEach('Object', Object.keys, [value]), { value });

interface Issue {
  readonly message: string;
  path?: { key: string }[];
}

/** What is wrong with a value, if anything. */
type Judge = (value: unknown) => Issue[] | false | undefined;

const schema = (type: string, judge: Judge, parts?: object): never =>
  ({
    type,
    ...parts,
    judge,
    '~run'(dataset: { value: unknown }) {
      const issues = judge(dataset.value) || undefined;
      return Object.assign(dataset, { typed: !issues, issues });
    },
  }) as never;

// Schemas of valibot itself have none. Without a dataset for each field, a page of messages takes half the time.
const judgeOf = (inner: v.GenericSchema): Judge =>
  (inner as { judge?: Judge }).judge ?? ((value) => inner['~run']({ value }, {}).issues as never);

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'Array' : typeof value === 'object' ? 'Object' : typeof value;

// Without the value, which is not for logs.
const mismatch = (expects: string, value: unknown): Issue[] => [
  { message: `expected ${expects}, received ${nameOf(value)}` },
];

/** Judges each field of an object or list, by its own schema or by the only one. */
const judgeEach = (
  expects: string,
  keysOf: (value: object) => readonly string[],
  inner: readonly v.GenericSchema[],
): Judge => {
  const judges = inner.map(judgeOf);
  return (value) => {
    if (nameOf(value) !== expects) return mismatch(expects, value);
    const issues: Issue[] = [];
    const keys = keysOf(value as object);
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const found = (judges[index] ?? judges[0]!)((value as Record<string, unknown>)[key]);
      if (found)
        for (const issue of found) {
          (issue.path ??= []).unshift({ key });
          issues.push(issue);
        }
    }
    return issues.length > 0 && issues;
  };
};
