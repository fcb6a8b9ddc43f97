import * as v from 'valibot';

// Fields that several bodies share.

export const text = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.trim().length >= least, 'must not be empty'),
    v.maxLength(most, `must be at most ${most} characters long`),
  );

export const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );

export const urlText = v.pipe(v.string(), v.url('must be a URL'), v.maxLength(2048));

/** An ISO 8601 time with its zone, as milliseconds. */
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

/** The fields of a patch that were given, so that they can be assigned. */
export const given = <T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never;
