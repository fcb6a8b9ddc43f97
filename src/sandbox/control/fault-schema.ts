import * as v from 'valibot';

// Faults as they arrive: from a test, as JSON over HTTP, or from the command line.

/** JSON has no Infinity: texts stand for it. */
const orText = <T extends string>(text: T) =>
  v.pipe(
    v.literal(text),
    v.transform(() => Infinity),
  );

const isMilliseconds = v.pipe(v.number(), v.minValue(0, 'must be 0 or more'));

/** What a fault does, whatever it matches. */
const effects = {
  times: v.optional(v.union([v.pipe(v.number(), v.minValue(0, 'must be 0 or more')), orText('always')])),
  // Any number, NaN too: what no response can have counts as 500.
  status: v.optional(v.custom<number>((value) => typeof value === 'number', 'must be a number')),
  retryAfter: v.optional(v.union([v.number(), v.string()])),
  body: v.optional(v.string()),
  html: v.optional(v.boolean()),
  reset: v.optional(v.boolean()),
  applied: v.optional(v.boolean()),
  delayMs: v.optional(v.union([isMilliseconds, orText('forever')])),
  stall: v.optional(v.boolean()),
  truncate: v.optional(v.boolean()),
  slow: v.optional(isMilliseconds),
};

const EFFECTS = ['status', 'body', 'html', 'reset', 'delayMs', 'stall', 'truncate', 'slow'] as const;

/** A fault that changes nothing is a mistake. */
const hasEffect = (fault: object): boolean => EFFECTS.some((name) => name in fault);

const NO_EFFECT = `has no effect: give one of ${EFFECTS.join(', ')}`;

/** A fault in JSON. */
export const JsonFaultSchema = v.pipe(
  v.strictObject({
    match: v.optional(
      v.strictObject({
        operation: v.optional(v.string()),
        method: v.optional(v.string()),
        path: v.optional(v.string()),
      }),
    ),
    ...effects,
  }),
  v.check(hasEffect, NO_EFFECT),
);

/** A fault of a test in the same process, which may match by a regular expression or a function. */
export const FaultSchema = v.pipe(
  v.strictObject({
    match: v.optional(
      v.union([
        v.strictObject({
          operation: v.optional(v.string()),
          method: v.optional(v.string()),
          path: v.optional(v.union([v.string(), v.instance(RegExp)])),
        }),
        v.custom<(request: Request) => boolean>(
          (value) => typeof value === 'function',
          'must be an object or a function',
        ),
      ]),
    ),
    ...effects,
  }),
  v.check(hasEffect, NO_EFFECT),
);

/** What is wrong with a fault, in a sentence. */
export const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const path = v.getDotPath(issue);
  return path ? `${path}: ${issue.message}` : issue.message;
};
