import { fieldsOf } from './fields-of.js';
import { lagError, type LagError } from './errors.js';

/**
 * What this package throws inside of itself; every export catches it. It is not a `LagError`, so that a `LagError` which
 * user code throws is never taken for one of this call. A map, because `instanceof` runs the traps of what was thrown.
 */
const kinds = /*#__PURE__*/ new WeakMap<object, 'invalid_input' | 'invalid_token'>();

/** Whether this package threw it itself. */
export const isInvalidInput = (thrown: unknown): thrown is Error => kinds.has(Object(thrown));

/** An `invalid_input` to throw. The message names the culprit and the fix. */
export const invalidInput = (message: string, cause?: unknown): Error => {
  const error = new Error(message, cause === undefined ? {} : { cause });
  kinds.set(error, 'invalid_input');
  return error;
};

/** An `invalid_token` to throw. */
export const invalidToken = (message: string): Error => {
  const error = new Error(message);
  kinds.set(error, 'invalid_token');
  return error;
};

/**
 * The error for whatever was thrown while user code ran: an `invalid_input` of `message`, with the thrown value as
 * `cause`. What this package threw itself keeps its own message.
 */
export const toInvalidInput = (thrown: unknown, message = 'an argument cannot be read'): LagError => {
  const kind = kinds.get(Object(thrown));
  if (kind === undefined || !isInvalidInput(thrown))
    return lagError('invalid_input', `${message}: ${messageOf(thrown)}`, { cause: thrown });
  return lagError(kind, thrown.message, Object.hasOwn(thrown, 'cause') ? { cause: thrown.cause } : {});
};

/** The message of a thrown value, for a message of ours. */
export const messageOf = (thrown: unknown): string => {
  try {
    const { message } = fieldsOf(thrown);
    return typeof message === 'string' && message ? message : String(thrown);
  } catch {
    return 'a value that cannot be read';
  }
};

/**
 * A copy of an object's own fields without a prototype, so that nothing on `Object.prototype` is read as an option.
 * Throws what a getter throws; anything but an object has no fields.
 */
export const ownFields = <Fields extends object>(value: Fields | null | undefined): Partial<Fields> =>
  Object.assign(Object.create(null), value) as Partial<Fields>; // the type of a copy, which has nothing to inherit
