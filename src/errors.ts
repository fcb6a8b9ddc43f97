import { fieldsOf } from './fields-of.js';

/** One thing that is wrong with a response, and where: `messages.0.content`, or `''` for the whole response. */
export interface LagIssue {
  readonly path: string;
  readonly message: string;
}

/** What `toJSON()` of an error returns: data that survives `postMessage`, server actions and logs. */
export interface LagErrorJson {
  readonly name: 'LagError';
  readonly kind: LagErrorKind;
  readonly message: string;
  readonly attempts: number;
  readonly maybeApplied: boolean;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  readonly issues?: readonly LagIssue[];
  readonly cause?: { readonly name: string; readonly message: string; readonly code?: string };
}

interface LagErrorBase<Kind extends string> extends Error {
  readonly name: 'LagError';
  /** What went wrong, to `switch` on. */
  readonly kind: Kind;
  /** HTTP method of the call. */
  readonly method?: string;
  /** Path of the call, without base URL and query; absent if an id was invalid. */
  readonly path?: string;
  /** HTTP status, if there was a response. */
  readonly status?: number;
  /** The server's `x-request-id`. Quote it when you ask Lag for support. */
  readonly requestId?: string;
  /** How many requests were sent for this call, the first one included. */
  readonly attempts: number;
  /** Whether the server may have applied the call although it failed. Always `false` for reads. */
  readonly maybeApplied: boolean;
  /** A plain object for logs: the fields, and the cause's name, message and code. No token, stack or body. */
  toJSON(): LagErrorJson;
}

interface LagApiErrorBase<Kind extends string> extends LagErrorBase<Kind> {
  readonly status: number;
  /** The server's `error` field, if the response had one. */
  readonly code?: string;
}

/** 401: the token is unknown, expired or revoked. */
export interface LagAuthError extends LagApiErrorBase<'auth'> {}

/** 403: the token is valid but lacks a permission. */
export interface LagPermissionError extends LagApiErrorBase<'permission'> {}

/** 404: it does not exist, or this token cannot see it. */
export interface LagNotFoundError extends LagApiErrorBase<'not_found'> {}

/** 409: the current state does not allow it. */
export interface LagConflictError extends LagApiErrorBase<'conflict'> {}

/** 429: too many requests, and the retries did not help or would have taken too long. */
export interface LagRateLimitError extends LagApiErrorBase<'rate_limit'> {
  /** Seconds to wait, counted from the response; absent if the server did not say. */
  readonly retryAfterSeconds?: number;
}

/** 5xx: the server, or a proxy in front of it, failed. */
export interface LagServerError extends LagApiErrorBase<'server'> {
  /** Seconds to wait, counted from the response; absent if the server did not say. */
  readonly retryAfterSeconds?: number;
}

/** Any other response outside 2xx. Redirects are among them: they are never followed. */
export interface LagApiError extends LagApiErrorBase<'api'> {
  /** The response body: parsed if it is JSON, otherwise text; at most 64 KB of it. */
  readonly body: unknown;
}

/** There was no complete response: DNS, connect, TLS, or a connection that broke. */
export interface LagConnectionError extends LagErrorBase<'connection'> {}

/** `timeoutMs` or `deadlineMs` passed before the response was complete. */
export interface LagTimeoutError extends LagErrorBase<'timeout'> {}

/** Your `signal` ended the call; `cause` is its `reason`. */
export interface LagAbortedError extends LagErrorBase<'aborted'> {}

/** The token is malformed, or of the wrong kind for this operation. Nothing was sent. */
export interface LagInvalidTokenError extends LagErrorBase<'invalid_token'> {}

/** An argument or option is invalid, or user code (a middleware, a handler, a stream) failed. */
export interface LagInvalidInputError extends LagErrorBase<'invalid_input'> {}

/** The response is not what the API promises. */
export interface LagInvalidResponseError extends LagErrorBase<'invalid_response'> {
  readonly issues: readonly LagIssue[];
}

/** Every failure of every function of this package; narrow it by `kind`. */
export type LagError =
  | LagAuthError
  | LagPermissionError
  | LagNotFoundError
  | LagConflictError
  | LagRateLimitError
  | LagServerError
  | LagApiError
  | LagConnectionError
  | LagTimeoutError
  | LagAbortedError
  | LagInvalidTokenError
  | LagInvalidInputError
  | LagInvalidResponseError;

/** The values of `LagError.kind`. */
export type LagErrorKind = LagError['kind'];

/** The fields of an error of one kind that are known where it is made. */
export type LagErrorFields<Kind extends LagErrorKind> = {
  readonly [
    Field in Exclude<keyof Extract<LagError, { kind: Kind }>, 'kind' | 'name' | 'message' | 'stack' | 'toJSON'>
  ]?: Extract<LagError, { kind: Kind }>[Field] | undefined;
};

// An expression, because the name `LagError` belongs to the type; it is what inspection prints.
const ErrorWithFields = class LagError extends Error {
  // A getter, because the first line of the stack is made before fields are set, and a static block would not tree-shake.
  override get name(): 'LagError' {
    return 'LagError';
  }

  toJSON(): object {
    const { body: _omitted, ...fields } = Object.fromEntries(Object.entries(this));
    const cause = Object.hasOwn(this, 'cause') ? this.cause : undefined;
    return {
      name: this.name,
      message: this.message,
      ...fields,
      ...(cause !== undefined && { cause: summarizeCause(cause) }),
    };
  }
};

/** Makes a `LagError`, for middleware, transports and tests of your own. */
export const lagError = <Kind extends LagErrorKind>(
  kind: Kind,
  message: string,
  fields?: LagErrorFields<Kind>,
): Extract<LagError, { kind: Kind }> => {
  let known: object;
  try {
    known = definedFields({ ...fields });
  } catch {
    // A getter threw: the error is better without fields than not there at all.
    known = {};
  }
  const { cause, ...others } = fieldsOf(known);
  const error = new ErrorWithFields(toText(message), Object.hasOwn(known, 'cause') ? { cause } : undefined);
  return Object.assign(error, { kind, attempts: 0, maybeApplied: false, ...others }) as never; // the class cannot know the kind
};

const toText = (message: string): string => {
  try {
    // At run time it may be anything, a symbol too.
    return `${message}`;
  } catch {
    return 'a message that cannot be read';
  }
};

/** Whether a value is an error of this package, whichever copy or realm made it. */
export const isLagError = (value: unknown): value is LagError => {
  try {
    return (
      Object.prototype.toString.call(value) === '[object Error]' &&
      fieldsOf(value).name === 'LagError' &&
      typeof fieldsOf(value).kind === 'string'
    );
  } catch {
    return false;
  }
};

/** The fields that are not `undefined`. */
export const definedFields = <Fields extends object>(fields: Fields): Defined<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>; // some of them

type Defined<Fields> = { [Field in keyof Fields]?: Exclude<Fields[Field], undefined> };

/**
 * The same failure as a new error with more fields. What a caller gets is always made anew: the original may be frozen or
 * belong to another call, and the stack of the new one holds the caller.
 */
export const renewError = (error: LagError, fields: object): LagError => {
  try {
    const { kind, message, cause } = error;
    return lagError(kind, message, { ...error, ...(Object.hasOwn(error, 'cause') && { cause }), ...fields });
  } catch {
    return lagError('invalid_input', 'an error that cannot be read', fields);
  }
};

/** Name, message and code of a cause; never throws. */
const summarizeCause = (cause: unknown): { name: string; message: string; code?: string } => {
  try {
    if (typeof cause !== 'object' || cause === null) return { name: typeof cause, message: String(cause) };
    const { name, message, code } = fieldsOf(cause);
    return {
      name: typeof name === 'string' ? name : 'Error',
      message: typeof message === 'string' ? message : 'no message',
      ...(typeof code === 'string' && { code }),
    };
  } catch {
    return { name: 'Error', message: 'a cause that cannot be read' };
  }
};
