import * as v from 'valibot';

// Fields that several request bodies share.

export const text = (minLength: number, maxLength: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.trim().length >= minLength, 'must not be empty'),
    v.maxLength(maxLength, `must be at most ${maxLength} characters long`),
  );

export const textUpTo = (maxLength: number) =>
  v.pipe(v.string(), v.maxLength(maxLength, `must be at most ${maxLength} characters long`));

export const integer = (minimum: number, maximum: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(minimum, `must be at least ${minimum}`),
    v.maxValue(maximum, `must be at most ${maximum}`),
  );

export const url = v.pipe(v.string(), v.url('must be a URL'), v.maxLength(2048));

/** An ISO 8601 time with a time zone, as milliseconds. */
export const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/, 'must be an ISO 8601 time with its zone'),
  v.transform(Date.parse),
  v.check((ms) => !Number.isNaN(ms), 'must be a real time'),
);

export const username = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9_.]{3,32}$/, 'must be 3 to 32 letters, digits, dots and underscores'),
);

/** The fields of a patch that are not `undefined`, ready for `Object.assign`. */
export const definedFields = <T extends object>(patch: T): Defined<T> => {
  const defined = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  return defined as Defined<T>; // The values belong to the same keys, which `Object.fromEntries` cannot know.
};

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
