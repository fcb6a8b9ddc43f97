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
  schema(type, type, (value) => typeof value === type);

/** Takes `null` too. */
export const maybe = <S extends v.GenericSchema>(wrapped: S): v.NullableSchema<S, undefined> =>
  schema('nullable', '', (value) => value === null || issuesOf(wrapped, value), { wrapped });

/** May be absent. */
export const optional = <S extends v.GenericSchema>(wrapped: S): v.OptionalSchema<S, undefined> =>
  schema('optional', '', (value) => value === undefined || issuesOf(wrapped, value), { wrapped });

export const model = <Entries extends v.ObjectEntries>(entries: Entries): ModelSchema<Entries> => {
  const keys = Object.keys(entries);
  return schema('loose_object', 'Object', (value) => isObject(value) && walk(value, keys, (key) => entries[key]!), {
    entries,
  });
};

export const list = <Item extends v.GenericSchema>(item: Item): ListSchema<Item> =>
  schema('array', 'Array', (value) => Array.isArray(value) && walk(value as never, value.keys(), () => item), { item });

export const dictionary = <Value extends v.GenericSchema>(value: Value): DictionarySchema<Value> =>
  schema('record', 'Object', (input) => isObject(input) && walk(input, Object.keys(input), () => value), { value });

interface Issue {
  readonly message: string;
  path?: { key: string | number }[];
}

/** `true` for a value that fits, `false` for one of another type, or what is wrong inside of it. */
type Verdict = boolean | Issue[];

const schema = (type: string, expects: string, judge: (value: unknown) => Verdict, parts?: object): never =>
  ({
    type,
    ...parts,
    '~run'(dataset: { value: unknown; typed?: boolean; issues?: Issue[] }) {
      const { value } = dataset;
      const verdict = judge(value);
      dataset.typed = verdict === true;
      if (!verdict)
        // Without the value, which is not for logs.
        dataset.issues = [{ message: `expected ${expects}, received ${nameOf(value)}` }];
      else if (verdict !== true) dataset.issues = verdict;
      return dataset;
    },
  }) as never;

const nameOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'Array' : typeof value);

const issuesOf = (inner: v.GenericSchema, value: unknown): true | Issue[] =>
  (inner['~run']({ value }, {}).issues as never) ?? true;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const walk = <Key extends string | number>(
  value: Record<string, unknown>,
  keys: Iterable<Key>,
  schemaOf: (key: Key) => v.GenericSchema,
): Verdict => {
  let issues: Verdict = true;
  for (const key of keys) {
    const inner = issuesOf(schemaOf(key), value[key as string]);
    if (inner === true) continue;
    if (issues === true) issues = [];
    for (const issue of inner) {
      (issue.path ??= []).unshift({ key });
      issues.push(issue);
    }
  }
  return issues;
};
