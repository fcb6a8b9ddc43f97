import { fieldsOf } from './fields-of.js';
import { lagError, type LagError } from './errors.js';

/**
 * Thrown inside of the package, and caught by every export. It is not a `LagError`, so that a `LagError` which user code
 * throws is never taken for one of this call.
 */
class InvalidInput extends Error {
  readonly kind: 'invalid_input' | 'invalid_token';

  constructor(kind: 'invalid_input' | 'invalid_token', message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** Whether this package threw it itself. */
export const isInvalidInput = (thrown: unknown): boolean => thrown instanceof InvalidInput;

/** An `invalid_input` to throw. The message names the culprit and the fix. */
export const invalidInput = (message: string, cause?: unknown): Error =>
  new InvalidInput('invalid_input', message, cause);

/** An `invalid_token` to throw. */
export const invalidToken = (message: string): Error => new InvalidInput('invalid_token', message, undefined);

/**
 * The error for whatever was thrown while user code ran: an `invalid_input` of `message`, with the thrown value as
 * `cause`. What this package threw itself keeps its own message.
 */
export const toInvalidInput = (thrown: unknown, message = 'an argument cannot be read'): LagError => {
  if (thrown instanceof InvalidInput)
    return lagError(thrown.kind, thrown.message, thrown.cause === undefined ? {} : { cause: thrown.cause });
  return lagError('invalid_input', `${message}: ${messageOf(thrown)}`, { cause: thrown });
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
