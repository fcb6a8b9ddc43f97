import * as v from 'valibot';

/** How much of a value is looked at. */
export interface MatchLimits {
  /** How many items a list may have. */
  readonly maxItems?: number | undefined;
}

/** What is wrong with a value, and where. */
export interface MatchIssue {
  /** Keys and indices, joined by dots; `''` for the value itself. */
  readonly path: string;
  /** Never contains the value, which may be a secret. */
  readonly message: string;
}

/** How many items a list of a response may have, unless told otherwise. */
export const MAX_ITEMS = 10_000;

/** How many issues are reported. */
export const MAX_ISSUES = 20;

/**
 * Tells whether a value is what a schema describes, as valibot's `is` does, but several times faster: each schema is
 * compiled into a predicate once. Other than valibot, it reads own properties only and refuses lists of more than
 * `maxItems`. The schema must not transform: the value itself is what has the schema's type.
 */
export const matches = <T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  { maxItems = MAX_ITEMS }: MatchLimits = {},
): value is T => predicateOf(schema)(value, { maxItems, isPolluted: isPolluted() });

/**
 * Finds what is wrong with a value: the first issues that valibot's `safeParse` would report, at the same paths. It stops
 * after `maxIssues`, so that a large response in which everything is wrong costs no more than a small one.
 */
export const findIssues = (
  schema: v.GenericSchema,
  value: unknown,
  { maxItems = MAX_ITEMS }: MatchLimits = {},
  maxIssues = MAX_ISSUES,
): MatchIssue[] => {
  const issues: MatchIssue[] = [];
  collect(schema, value, [], { maxItems, isPolluted: isPolluted(), maxIssues, issues });
  return issues;
};

interface Run {
  readonly maxItems: number;
  /** Whether objects inherit names that a loop over their own would meet. */
  readonly isPolluted: boolean;
}

interface Search extends Run {
  readonly maxIssues: number;
  readonly issues: MatchIssue[];
}

type Predicate = (value: unknown, run: Run) => boolean;

type Fields = Readonly<Record<string, unknown>>;

type Entries = Readonly<Record<string, v.GenericSchema>>;

/** The schemas of valibot that are read here; it judges itself by what is made of anything else. */
type Readable =
  | { readonly type: 'string' | 'number' | 'boolean' | 'unknown' }
  | { readonly type: 'literal'; readonly literal: unknown }
  | { readonly type: 'picklist'; readonly options: readonly unknown[] }
  | { readonly type: 'optional' | 'exact_optional' | 'nullable' | 'nullish'; readonly wrapped: v.GenericSchema }
  | { readonly type: 'array'; readonly item: v.GenericSchema }
  | { readonly type: 'record'; readonly value: v.GenericSchema }
  | { readonly type: 'object' | 'loose_object'; readonly entries: Entries }
  | { readonly type: 'other' };

const OTHER: Readable = { type: 'other' };

const readableOf = (schema: v.GenericSchema): Readable => {
  if (isChanged(schema)) return OTHER;
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'unknown':
    case 'literal':
    case 'picklist':
    case 'optional':
    case 'exact_optional':
    case 'nullable':
    case 'nullish':
    case 'array':
      // The type says which parts a schema of valibot has.
      return schema as unknown as Readable;
    case 'record':
      return isPlainText((schema as unknown as { readonly key: v.GenericSchema }).key)
        ? (schema as unknown as Readable)
        : OTHER;
    case 'object':
    case 'loose_object':
      return Object.values((schema as unknown as { readonly entries: Entries }).entries).some(hasDefault)
        ? OTHER
        : (schema as unknown as Readable);
    default:
      return OTHER;
  }
};

/** Whether more is done to a schema than its type says. */
const isChanged = (schema: v.GenericSchema): boolean => 'pipe' in schema || hasDefault(schema);

const hasDefault = (schema: v.GenericSchema): boolean =>
  'fallback' in schema || ('default' in schema && schema.default !== undefined);

const isPlainText = (schema: v.GenericSchema): boolean => schema.type === 'string' && !isChanged(schema);

const predicates = /*#__PURE__*/ new WeakMap<object, Predicate>();

const predicateOf = (schema: v.GenericSchema): Predicate => {
  const known = predicates.get(schema);
  if (known) return known;
  const compiled = compile(schema);
  predicates.set(schema, compiled);
  return compiled;
};

const compile = (schema: v.GenericSchema): Predicate => {
  const readable = readableOf(schema);
  switch (readable.type) {
    case 'string':
      return isString;
    case 'number':
      return isNumber;
    case 'boolean':
      return isBoolean;
    case 'unknown':
      return isAnything;
    case 'literal':
      return (value) => isSame(value, readable.literal);
    case 'picklist':
      return (value) => readable.options.includes(value);
    case 'exact_optional':
      return predicateOf(readable.wrapped);
    case 'optional':
      return orUndefined(predicateOf(readable.wrapped));
    case 'nullable':
      return orNull(predicateOf(readable.wrapped));
    case 'nullish':
      return orUndefined(orNull(predicateOf(readable.wrapped)));
    case 'array':
      return isArrayOf(predicateOf(readable.item));
    case 'record':
      return isRecordOf(predicateOf(readable.value));
    case 'object':
    case 'loose_object':
      return isObjectOf(readable.entries);
    case 'other':
      return (value) => v.is(schema, value);
  }
};

const isString: Predicate = (value) => typeof value === 'string';

const isNumber: Predicate = (value) => typeof value === 'number' && !Number.isNaN(value);

const isBoolean: Predicate = (value) => typeof value === 'boolean';

const isAnything: Predicate = () => true;

const isSame = (a: unknown, b: unknown): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

const orUndefined =
  (predicate: Predicate): Predicate =>
  (value, run) =>
    value === undefined || predicate(value, run);

const orNull =
  (predicate: Predicate): Predicate =>
  (value, run) =>
    value === null || predicate(value, run);

const isArrayOf =
  (isItem: Predicate): Predicate =>
  (value, run) => {
    if (!Array.isArray(value) || value.length > run.maxItems) return false;
    for (let index = 0; index < value.length; index++) if (!isItem(value[index], run)) return false;
    return true;
  };

const isRecordOf =
  (isValue: Predicate): Predicate =>
  (value, run) => {
    if (!isObject(value)) return false;
    for (const key in value) if (isRecordKey(value, key) && !isValue(value[key], run)) return false;
    return true;
  };

interface Field {
  readonly key: string;
  readonly isRequired: boolean;
  readonly predicate: Predicate;
  /** The field that most likely follows in an object: engines read an object fastest in the order it was made in. */
  next: Field | undefined;
}

const isObjectOf = (entries: Entries): Predicate => {
  const fields = Object.entries(entries).map(([key, schema]): Field => ({
    key,
    isRequired: !mayBeAbsent(schema),
    predicate: predicateOf(schema),
    next: undefined,
  }));
  for (const [index, field] of fields.entries()) field.next = fields[index + 1];
  const byKey = new Map(fields.map((field) => [field.key, field]));
  const required = fields.filter(({ isRequired }) => isRequired).length;
  return (value, run) => {
    if (!isObject(value)) return false;
    // Otherwise the loop would meet inherited names, or would not meet the length of an array.
    if (run.isPolluted || Object.getPrototypeOf(value) !== Object.prototype)
      return fields.every(({ key, isRequired, predicate }) =>
        Object.hasOwn(value, key) ? predicate(value[key], run) : !isRequired,
      );
    let missing = required;
    let expected = fields[0];
    for (const key in value) {
      const field = expected?.key === key ? expected : byKey.get(key);
      if (!field) continue;
      if (!field.predicate(value[key], run)) return false;
      if (field.isRequired) missing--;
      expected = field.next;
    }
    return missing === 0;
  };
};

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isRecordKey = (fields: Fields, key: string): boolean =>
  Object.hasOwn(fields, key) && key !== '__proto__' && key !== 'prototype' && key !== 'constructor';

const mayBeAbsent = ({ type }: v.GenericSchema): boolean =>
  type === 'optional' || type === 'nullish' || type === 'exact_optional';

const isPolluted = (): boolean => {
  for (const _ in Object.prototype) return true;
  return false;
};

/** Adds what is wrong to the issues of a search, in the order of valibot. */
const collect = (schema: v.GenericSchema, value: unknown, path: readonly string[], search: Search): void => {
  if (search.issues.length >= search.maxIssues || predicateOf(schema)(value, search)) return;
  const readable = readableOf(schema);
  switch (readable.type) {
    case 'optional':
    case 'exact_optional':
    case 'nullable':
    case 'nullish':
      return collect(readable.wrapped, value, path, search);
    case 'array':
      if (!Array.isArray(value)) break;
      if (value.length > search.maxItems) return add(`expected at most ${search.maxItems} items`, path, search);
      for (let index = 0; index < value.length && hasRoom(search); index++)
        collect(readable.item, value[index], [...path, `${index}`], search);
      return;
    case 'record':
      if (!isObject(value)) break;
      for (const key in value) {
        if (!hasRoom(search)) return;
        if (isRecordKey(value, key)) collect(readable.value, value[key], [...path, key], search);
      }
      return;
    case 'object':
    case 'loose_object':
      if (!isObject(value)) break;
      for (const [key, entry] of Object.entries(readable.entries))
        if (Object.hasOwn(value, key)) collect(entry, value[key], [...path, key], search);
        else if (!mayBeAbsent(entry)) add(mismatch(entry.expects, undefined), [...path, key], search);
      return;
    default:
  }
  for (const issue of v.safeParse(schema, value).issues ?? []) {
    const keys = issue.path?.map(({ key }) => String(key)) ?? [];
    add(mismatch(issue.expected ?? issue.type, issue.input), [...path, ...keys], search);
  }
};

const hasRoom = ({ issues, maxIssues }: Search): boolean => issues.length < maxIssues;

const add = (message: string, path: readonly string[], search: Search): void => {
  if (hasRoom(search)) search.issues.push({ path: path.join('.'), message });
};

const mismatch = (expected: string, value: unknown): string => `expected ${expected}, received ${nameOf(value)}`;

const nameOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'Array';
  return typeof value === 'object' ? 'Object' : typeof value;
};
