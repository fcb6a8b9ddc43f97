import * as v from 'valibot';

/** A schema of objects whose unknown fields are kept but not typed, so that the compiler catches a misspelt name. */
export interface ModelSchema<Entries extends v.ObjectEntries> extends v.BaseSchema<
  unknown,
  v.InferOutput<v.ObjectSchema<Entries, undefined>>,
  v.BaseIssue<unknown>
> {
  readonly type: 'loose_object';
  readonly entries: Entries;
}

/** A schema of arrays. */
export interface ListSchema<Item extends v.GenericSchema> extends v.BaseSchema<
  unknown,
  v.InferOutput<Item>[],
  v.BaseIssue<unknown>
> {
  readonly type: 'array';
  readonly item: Item;
}

/** A schema of objects whose keys are data. */
export interface DictionarySchema<Value extends v.GenericSchema> extends v.BaseSchema<
  unknown,
  Record<string, v.InferOutput<Value>>,
  v.BaseIssue<unknown>
> {
  readonly type: 'record';
  readonly value: Value;
}

/** `v.looseObject` that checks an object where it is, without a copy: no entry may transform or have a default. */
export const model = <Entries extends v.ObjectEntries>(entries: Entries): ModelSchema<Entries> => {
  const keys = Object.keys(entries);
  return inPlace('loose_object', 'Object', { entries }, (_, check) => {
    for (const key of keys) check(key, entries[key]!);
  });
};

/** `v.array` that checks an array where it is. */
export const list = <Item extends v.GenericSchema>(item: Item): ListSchema<Item> =>
  inPlace('array', 'Array', { item }, (input, check) => {
    for (let index = 0; index < input.length; index++) check(index, item);
  });

/** `v.record` that checks an object where it is, whatever its keys. */
export const dictionary = <Value extends v.GenericSchema>(value: Value): DictionarySchema<Value> =>
  inPlace('record', 'Object', { value }, (input, check) => {
    for (const key of Object.keys(input)) check(key, value);
  });

type Walk = (input: unknown[], check: (key: string | number, schema: v.GenericSchema) => void) => void;

const inPlace = <Schema extends v.GenericSchema>(type: string, expects: string, parts: object, walk: Walk): Schema =>
  v._standardSchema({
    kind: 'schema',
    type,
    reference: inPlace,
    expects,
    async: false,
    ...parts,
    '~run'(dataset: Dataset, config: v.Config<v.BaseIssue<unknown>>) {
      const input = dataset.value as unknown[];
      const isList = type === 'array';
      if (!input || typeof input !== 'object' || Array.isArray(input) !== isList) {
        v._addIssue(this as never, 'type', dataset as never, config);
        return dataset;
      }
      dataset.typed = true;
      // One for all keys, because a page of messages has thousands of them.
      let field: Dataset = { value: undefined };
      walk(input, (key, schema) => {
        const value = (field.value = input[key as number]);
        if (key in input) {
          const { issues } = schema['~run'](field as never, config);
          if (!issues) return;
          const item = { type: isList ? 'array' : 'object', origin: 'value', input, key, value } as v.IssuePathItem;
          dataset.issues ??= [];
          for (const issue of issues as Issue[]) {
            issue.path = [item, ...(issue.path ?? [])];
            dataset.issues.push(issue);
          }
          dataset.typed = false;
          field = { value: undefined };
        } else if (schema.type !== 'optional')
          v._addIssue(this as never, 'key', dataset as never, config, {
            input: undefined,
            expected: `"${key}"`,
            path: [{ type: 'object', origin: 'key', input: input as never, key: key as string, value }],
          });
      });
      return dataset;
    },
  } as never) as Schema;

type Issue = { -readonly [Key in keyof v.BaseIssue<unknown>]: v.BaseIssue<unknown>[Key] };

interface Dataset {
  typed?: boolean;
  value: unknown;
  issues?: Issue[];
}
