import type * as v from 'valibot';

// These are valibot schemas, made here because valibot's own would bring 2.5 kB of message making that nobody sees,
// and would copy what they check. They check in place: nothing transforms, nothing has a default.

/** A schema of this package; valibot's own do not go into one. */
export interface Schema<T = unknown> extends v.GenericSchema<unknown, T>, Rule {}

type Entries = Readonly<Record<string, Schema>>;

/** A schema of one of JavaScript's primitive types. */
export const primitive = <T>(type: 'string' | 'number' | 'boolean'): Schema<T> =>
  schema(type === 'string' ? TEXT : 0, (value) => typeof value !== type && mismatch(type, value));

/** Takes `null` too. */
export const maybe = <S extends Schema>(wrapped: S): Schema<v.InferOutput<S> | null> => wrap(NULL, wrapped);

/** May be absent. */
export const optional = <S extends Schema>(wrapped: S): v.OptionalSchema<S, undefined> & Rule => wrap(ABSENT, wrapped);

/** A schema of objects whose unknown fields are kept but not typed, so that the compiler catches a misspelt name. */
export const model = <E extends Entries>(entries: E): Schema<v.InferOutput<v.ObjectSchema<E, undefined>>> => {
  const keys = Object.keys(entries);
  const rules = Object.values(entries);
  const required = rules.filter(({ takes }) => !(takes & ABSENT)).length;
  // Engines read an object in its own order, most often that of the entries, several times faster than by name.
  const fits = (fields: Fields): boolean => {
    let missing = required;
    let next = 0;
    for (const key in fields) {
      const place = keys[next] === key ? next : keys.indexOf(key);
      if (place < 0) continue;
      const rule = rules[place]!;
      if (issuesOf(rule, fields[key])) return false;
      missing -= ~rule.takes & ABSENT;
      next = place + 1;
    }
    return !missing;
  };
  return schema(0, judgeEach('Object', undefined, fits, entries));
};

/** A schema of arrays. */
export const list = <T>(item: Schema<T>): Schema<T[]> => {
  const fits = (items: object): boolean => !(items as unknown[]).some((each) => issuesOf(item, each));
  return schema(0, judgeEach('Array', item, fits));
};

/** A schema of objects whose keys are data. */
export const dictionary = <T>(value: Schema<T>): Schema<Record<string, T>> => schema(0, judgeEach('Object', value));

interface Issue {
  readonly message: string;
  path?: { key: string }[];
}

/** What a schema is inside. */
export interface Rule {
  /** What passes without a look inside: a bit for each. */
  readonly takes: number;
  /** What is wrong with another value, if anything. */
  readonly judge: (value: unknown) => Issue[] | false;
}

type Fields = Record<string, unknown>;

const ABSENT = 1;
const NULL = 2;
const TEXT = 4;

const issuesOf = ({ takes, judge }: Rule, value: unknown): Issue[] | false =>
  !(takes & (typeof value === 'string' ? TEXT : value === null ? NULL : value === undefined ? ABSENT : 0)) &&
  judge(value);

const schema = (takes: number, judge: Rule['judge']): never =>
  ({
    takes,
    judge,
    '~run'(dataset: { value: unknown }) {
      const issues = issuesOf(this, dataset.value) || undefined;
      return Object.assign(dataset, { typed: !issues, issues });
    },
  }) as never;

const wrap = (bit: number, { takes, judge }: Rule): never => schema(takes | bit, judge);

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'Array' : typeof value === 'object' ? 'Object' : typeof value;

// Without the value, which is not for logs.
const mismatch = (expects: string, value: unknown): Issue[] => [
  { message: `expected ${expects}, received ${nameOf(value)}` },
];

/** Judges each field by its own rule or by the only one; where all of them fit, there is no need to. */
const judgeEach =
  (expects: string, only?: Rule, fits?: (fields: Fields) => boolean, rules?: Entries): Rule['judge'] =>
  (value) => {
    if (nameOf(value) !== expects) return mismatch(expects, value);
    const fields = value as Fields;
    if (fits?.(fields)) return false;
    const issues: Issue[] = [];
    for (const key of Object.keys(rules ?? fields))
      for (const issue of issuesOf(only ?? rules![key]!, fields[key]) || []) {
        (issue.path ??= []).unshift({ key });
        issues.push(issue);
      }
    return issues.length > 0 && issues;
  };
