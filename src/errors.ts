/** One thing that was wrong with an answer, and where: `messages.0.content`, or `''` for the whole of it. */
export interface LagIssue {
  readonly path: string;
  readonly message: string;
}

interface LagErrorBase<Kind extends string> extends Error {
  readonly name: 'LagError';
  /** What went wrong, to `switch` on. */
  readonly kind: Kind;
  /** HTTP method of the call, where it came far enough to have one. */
  readonly method?: string;
  /** Path of the call, without base URL and query. */
  readonly path?: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** The server's `x-request-id`, to give to Lag's support. */
  readonly requestId?: string;
  /** Requests that were sent for this call, the first one included. */
  readonly attempts: number;
  /** Whether the server may have carried the call out all the same. Never for reads. */
  readonly maybeApplied: boolean;
  /** A plain object for logs: no token, no stack, no bodies. */
  toJSON(): Record<string, unknown>;
}

interface LagApiErrorBase<Kind extends string> extends LagErrorBase<Kind> {
  readonly status: number;
  /** The server's `error` field, where its answer had one. */
  readonly code?: string;
}

/** 401: the token is unknown, expired or revoked. */
export interface LagAuthError extends LagApiErrorBase<'auth'> {}

/** 403: the token is good, but this is not allowed to it. */
export interface LagPermissionError extends LagApiErrorBase<'permission'> {}

/** 404: there is no such thing, or not for this token. */
export interface LagNotFoundError extends LagApiErrorBase<'not_found'> {}

/** 409: the state of the thing does not allow it now. */
export interface LagConflictError extends LagApiErrorBase<'conflict'> {}

/** 429: too many requests, and the retries did not help or would have taken too long. */
export interface LagRateLimitError extends LagApiErrorBase<'rate_limit'> {
  /** Seconds to wait, from the moment the answer came; absent where the server did not say. */
  readonly retryAfterSeconds?: number;
}

/** 5xx: the server or a proxy before it failed. */
export interface LagServerError extends LagApiErrorBase<'server'> {
  /** Seconds to wait, from the moment the answer came; absent where the server did not say. */
  readonly retryAfterSeconds?: number;
}

/** Any other answer outside 2xx, redirects included. */
export interface LagApiError extends LagApiErrorBase<'api'> {
  /** What the server answered: parsed where it was JSON, else text; at most 64 KB of it. */
  readonly body: unknown;
}

/** No answer came: DNS, connect, TLS, or a connection that broke. */
export interface LagConnectionError extends LagErrorBase<'connection'> {}

/** `timeoutMs` or `deadlineMs` passed before the answer was complete. */
export interface LagTimeoutError extends LagErrorBase<'timeout'> {}

/** The caller's `signal` ended the call. */
export interface LagAbortedError extends LagErrorBase<'aborted'> {}

/** The token is malformed, or of the wrong kind for this operation. Nothing was sent. */
export interface LagInvalidTokenError extends LagErrorBase<'invalid_token'> {}

/** An argument or option makes no sense, or a middleware misbehaved. */
export interface LagInvalidInputError extends LagErrorBase<'invalid_input'> {}

/** The answer was not what the API promises. */
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

// An expression, because the name is the type's; it is what inspection prints.
const Failure = class LagError extends Error {
  // A getter, because the stack's first line is made before fields are set, and a static block would not tree-shake.
  override get name() {
    return 'LagError';
  }

  toJSON(): Record<string, unknown> {
    const { body: _, cause: __, ...fields } = this as object as Record<string, unknown>;
    return { name: this.name, message: this.message, ...fields };
  }
};

type Fields<K extends LagErrorKind> = {
  [F in Exclude<keyof Extract<LagError, { kind: K }>, 'kind' | 'name' | 'message' | 'stack' | 'toJSON'>]?:
    | Extract<LagError, { kind: K }>[F]
    | undefined;
};

/** Makes a `LagError`; its `cause` becomes a plain copy, because what a fetch throws may carry the request. */
export const lagError = <K extends LagErrorKind>(
  kind: K,
  message: string,
  { cause, ...fields }: Fields<K> = {},
): Extract<LagError, { kind: K }> => {
  const error = new Failure(message, cause === undefined ? {} : { cause: copyCause(cause) });
  return setFields(error, { kind, attempts: 0, maybeApplied: false, ...fields }) as never;
};

/** Sets the fields that are known. */
export const setFields = <T extends object>(error: T, fields: object): T => {
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) error[name as never] = value as never;
  return error;
};

/** The same error, its own fields included; not frozen. */
export const copyError = (error: LagError): LagError =>
  lagError(error.kind, error.message, { ...error, cause: error.cause } as object);

/** Whether a value is an error of this package, whichever copy of the package made it. */
export const isLagError = (value: unknown): value is LagError => {
  try {
    return value instanceof Error && value.name === 'LagError';
  } catch {
    return false;
  }
};

/** The innermost cause of what was thrown, which says most: `fetch failed` alone does not help anyone. */
const copyCause = (thrown: unknown): Error => {
  try {
    let inner = thrown as (Error & { code?: unknown }) | undefined;
    for (let depth = 0; depth < 9 && inner?.cause; depth++) inner = inner.cause as Error;
    const text = (value: unknown) => (value ? String(value) : undefined);
    return setFields(new Error(String(inner)), { code: text(inner?.code), stack: text(inner?.stack) });
  } catch {
    return new Error('unreadable');
  }
};
