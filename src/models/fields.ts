import { maybe, optional, primitive, type Schema } from './model.js';

/** Known values, and whatever the server adds to them one day. */
export type Open<Known extends string> = Known | (string & {});

/** The type of `text` where the values have names: `text as OpenText<UserStatus>`. */
export type OpenText<Known extends string> = Schema<Open<Known>>;

export const text = /*#__PURE__*/ primitive<string>('string');
export const maybeText = /*#__PURE__*/ maybe(text);
export const optionalText = /*#__PURE__*/ optional(text);
export const optionalMaybeText = /*#__PURE__*/ optional(maybeText);
export const number = /*#__PURE__*/ primitive<number>('number');
export const maybeNumber = /*#__PURE__*/ maybe(number);
export const flag = /*#__PURE__*/ primitive<boolean>('boolean');
export const optionalFlag = /*#__PURE__*/ optional(flag);
