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

/** A fault in JSON. */
export const JsonFaultSchema = v.strictObject({
  match: v.optional(
    v.strictObject({
      operation: v.optional(v.string()),
      method: v.optional(v.string()),
      path: v.optional(v.string()),
    }),
  ),
  ...effects,
});

/** A fault of a test in the same process, which may match by a regular expression or a function. */
export const FaultSchema = v.strictObject({
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
});

/** What is wrong with a fault, in a sentence. */
export const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const path = v.getDotPath(issue);
  return path ? `${path}: ${issue.message}` : issue.message;
};
