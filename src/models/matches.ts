import * as v from 'valibot';

/** How much of a value is looked at. */
export interface MatchLimits {
  /** How many items a list may have. */
  readonly maxItems: number;
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

const DEFAULT_LIMITS: MatchLimits = { maxItems: MAX_ITEMS };

/**
 * Tells whether a value is what a schema describes, as valibot's `is` does, but several times faster: each schema is
 * compiled into a predicate once. Other than valibot, it reads own properties only and refuses lists of more than
 * `maxItems`. The schema must not transform: the value itself is what has the schema's type.
 */
export const matches = <T>(schema: v.GenericSchema<unknown, T>, value: unknown, limits = DEFAULT_LIMITS): value is T =>
  predicateOf(schema)(value, { ...limits, isPolluted: isPolluted() });

/**
 * Finds what is wrong with a value: the first issues that valibot's `safeParse` would report, at the same paths. It stops
 * after `MAX_ISSUES`, so that a large response in which everything is wrong costs no more than a small one.
 */
export const findIssues = (schema: v.GenericSchema, value: unknown, limits = DEFAULT_LIMITS): MatchIssue[] => {
  const issues: MatchIssue[] = [];
  for (const issue of issuesOf(schema, value, '', { ...limits, isPolluted: isPolluted() }))
    if (issues.push(issue) >= MAX_ISSUES) break;
  return issues;
};

interface Run extends MatchLimits {
  /** Whether objects inherit names that a loop over their own would meet. */
  readonly isPolluted: boolean;
}

type Predicate = (value: unknown, run: Run) => boolean;

type Fields = Readonly<Record<string, unknown>>;

type Entries = Readonly<Record<string, v.GenericSchema>>;

/** The schemas of valibot whose parts are read here; valibot itself judges what is made of anything else. */
type Readable =
  | { readonly type: 'string' | 'number' | 'boolean' }
  | { readonly type: 'optional' | 'nullable' | 'nullish'; readonly wrapped: v.GenericSchema }
  | { readonly type: 'array'; readonly item: v.GenericSchema }
  | { readonly type: 'record'; readonly key: v.GenericSchema; readonly value: v.GenericSchema }
  | { readonly type: 'loose_object'; readonly entries: Entries };

/** A schema as its type says, unless more is done to it. */
const readableOf = (schema: v.GenericSchema): Readable | { readonly type: undefined } => {
  if ('pipe' in schema || 'fallback' in schema) return { type: undefined };
  return schema as unknown as Readable; // The type says which parts a schema of valibot has; other types meet no case.
};

const predicates = /*#__PURE__*/ new WeakMap<object, Predicate>();

const predicateOf = (schema: v.GenericSchema): Predicate => {
  const predicate = predicates.get(schema) ?? compile(schema);
  predicates.set(schema, predicate);
  return predicate;
};

const compile = (schema: v.GenericSchema): Predicate => {
  const readable = readableOf(schema);
  switch (readable.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return (value) => typeof value === 'number' && !Number.isNaN(value);
    case 'optional':
    case 'nullable':
    case 'nullish': {
      const predicate = predicateOf(readable.wrapped);
      const takesNull = readable.type !== 'optional';
      const takesUndefined = readable.type !== 'nullable';
      return (value, run) =>
        (takesNull && value === null) || (takesUndefined && value === undefined) || predicate(value, run);
    }
    case 'array': {
      const isItem = predicateOf(readable.item);
      return (value, run) => {
        if (!Array.isArray(value) || value.length > run.maxItems) return false;
        for (const item of value) if (!isItem(item, run)) return false;
        return true;
      };
    }
    case 'record': {
      const isKey = predicateOf(readable.key);
      const isValue = predicateOf(readable.value);
      return (value, run) =>
        isObject(value) && recordKeys(value).every((key) => isKey(key, run) && isValue(value[key], run));
    }
    case 'loose_object':
      return compileObject(readable.entries);
    default:
      return (value) => v.is(schema, value);
  }
};

interface Field {
  readonly key: string;
  readonly isRequired: boolean;
  // Most fields of a response are strings or `null`. They pass without a call, which is half of the time.
  readonly takesText: boolean;
  readonly takesNull: boolean;
  readonly predicate: Predicate;
  /** The one that comes next in the schema. */
  readonly next: Field | undefined;
}

const compileObject = (entries: Entries): Predicate => {
  const fields = new Map<string, Field>();
  let first: Field | undefined;
  let required = 0;
  for (const [key, schema] of Object.entries(entries).reverse()) {
    const isRequired = !mayBeAbsent(schema);
    first = {
      key,
      isRequired,
      takesText: takesText(schema),
      takesNull: schema.type === 'nullable' || schema.type === 'nullish',
      predicate: predicateOf(schema),
      next: first,
    };
    fields.set(key, first);
    if (isRequired) required++;
  }
  return (value, run) => {
    if (!isObject(value)) return false;
    // Otherwise the loop would meet inherited names, or would not meet the length of an array.
    if (run.isPolluted || Object.getPrototypeOf(value) !== Object.prototype)
      return [...fields.values()].every(({ key, isRequired, predicate }) =>
        Object.hasOwn(value, key) ? predicate(value[key], run) : !isRequired,
      );
    let missing = required;
    // Engines read an object several times faster in its own order than by name, and that is mostly the schema's order.
    let expected = first;
    for (const key in value) {
      const field = expected?.key === key ? expected : fields.get(key);
      if (field === undefined) continue;
      const content = value[key];
      const isPlain = typeof content === 'string' ? field.takesText : field.takesNull && content === null;
      if (!isPlain && !field.predicate(content, run)) return false;
      if (field.isRequired) missing--;
      expected = field.next;
    }
    return missing === 0;
  };
};

/** Whether a schema takes every string. */
const takesText = (schema: v.GenericSchema): boolean => {
  const readable = readableOf(schema);
  return readable.type === 'string' || ('wrapped' in readable && takesText(readable.wrapped));
};

/** Yields what is wrong in valibot's order, and looks only into what fails. `path` begins with a dot. */
function* issuesOf(schema: v.GenericSchema, value: unknown, path: string, run: Run): Generator<MatchIssue, void> {
  if (predicateOf(schema)(value, run)) return;
  const readable = readableOf(schema);
  switch (readable.type) {
    case 'optional':
    case 'nullable':
    case 'nullish':
      return yield* issuesOf(readable.wrapped, value, path, run);
    case 'array':
      if (!Array.isArray(value)) break;
      if (value.length > run.maxItems) return yield issueAt(path, `expected at most ${run.maxItems} items`);
      for (const [index, item] of value.entries()) yield* issuesOf(readable.item, item, `${path}.${index}`, run);
      return;
    case 'record':
      if (!isObject(value)) break;
      for (const key of recordKeys(value)) {
        yield* issuesOf(readable.key, key, `${path}.${key}`, run);
        yield* issuesOf(readable.value, value[key], `${path}.${key}`, run);
      }
      return;
    case 'loose_object':
      if (!isObject(value)) break;
      for (const [key, entry] of Object.entries(readable.entries))
        if (Object.hasOwn(value, key)) yield* issuesOf(entry, value[key], `${path}.${key}`, run);
        else if (!mayBeAbsent(entry)) yield issueAt(`${path}.${key}`, mismatch(entry.expects, undefined));
      return;
    default:
  }
  for (const issue of v.safeParse(schema, value).issues ?? []) {
    const keys = issue.path?.map(({ key }) => `.${String(key)}`) ?? [];
    yield issueAt(path + keys.join(''), mismatch(issue.expected ?? issue.type, issue.input));
  }
}

const issueAt = (path: string, message: string): MatchIssue => ({ path: path.slice(1), message });

const mismatch = (expected: string, value: unknown): string => `expected ${expected}, received ${nameOf(value)}`;

const nameOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'Array';
  return typeof value === 'object' ? 'Object' : typeof value;
};

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The keys of a record that valibot reads. */
const recordKeys = (record: Fields): string[] =>
  Object.keys(record).filter((key) => key !== '__proto__' && key !== 'prototype' && key !== 'constructor');

const mayBeAbsent = (schema: v.GenericSchema): boolean =>
  ['optional', 'nullish', 'exact_optional'].includes(schema.type) || 'fallback' in schema;

const isPolluted = (): boolean => {
  for (const _ in Object.prototype) return true;
  return false;
};
