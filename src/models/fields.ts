import * as v from 'valibot';

/** Known values, and whatever values the server adds later. */
export type Open<Known extends string> = Known | (string & {});

/** `v.string()` with a narrower type: `text as Text<RoomId>`. */
export interface Text<T extends string> extends v.BaseSchema<T, T, v.StringIssue> {
  readonly type: 'string';
  readonly reference: typeof v.string;
  readonly expects: 'string';
  readonly message: undefined;
}

/** `v.string()` with the known values of an enum: `text as OpenText<UserStatus>`. */
export type OpenText<Known extends string> = Text<Open<Known>>;

// Fields of responses. What may be absent may be `null` too, because servers often write `null` for what is absent.

export const text = /*#__PURE__*/ v.string();
export const nullableText = /*#__PURE__*/ v.nullable(text);
export const optionalText = /*#__PURE__*/ v.nullish(text);
export const number = /*#__PURE__*/ v.number();
export const nullableNumber = /*#__PURE__*/ v.nullable(number);
export const flag = /*#__PURE__*/ v.boolean();
export const optionalFlag = /*#__PURE__*/ v.nullish(flag);

// Fields of request bodies.

export const requiredText = /*#__PURE__*/ v.pipe(text, /*#__PURE__*/ v.nonEmpty());

/** An id of another object. */
export const requiredId = <Id extends string>() => v.pipe(text as Text<Id>, v.nonEmpty());

export const positiveInteger = /*#__PURE__*/ v.pipe(number, /*#__PURE__*/ v.safeInteger(), /*#__PURE__*/ v.minValue(1));

export const positiveNumber = /*#__PURE__*/ v.pipe(number, /*#__PURE__*/ v.finite(), /*#__PURE__*/ v.gtValue(0));

/** ISO 8601 with seconds and a zone, as `new Date().toISOString()` makes it. */
export const timestamp = /*#__PURE__*/ v.pipe(text, /*#__PURE__*/ v.isoTimestamp());
