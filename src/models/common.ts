import * as v from 'valibot';

/** Known values, and whatever the server adds to them one day. */
export type Open<Known extends string> = Known | (string & {});

/** The type of `text` where the values have names: `text as OpenText<UserStatus>`. */
export type OpenText<Known extends string> = v.GenericSchema<Open<Known>>;

export const text = /*#__PURE__*/ v.string();
export const maybeText = /*#__PURE__*/ v.nullable(text);
export const optionalText = /*#__PURE__*/ v.optional(text);
export const optionalMaybeText = /*#__PURE__*/ v.optional(maybeText);
export const number = /*#__PURE__*/ v.number();
export const maybeNumber = /*#__PURE__*/ v.nullable(number);
export const flag = /*#__PURE__*/ v.boolean();
export const optionalFlag = /*#__PURE__*/ v.optional(flag);
