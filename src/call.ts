import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { GenericSchema } from 'valibot';
import { readSettings, type CallOptions, type CallSettings } from './call-options.js';
import { stateOf, type LagContext, type UsableState } from './context.js';
import { lagError, renewError, type LagError, type LagIssue } from './errors.js';
import { fieldsOf } from './fields-of.js';
import { readHeaders } from './headers.js';
import { invalidInput, ownFields, messageOf, toInvalidInput } from './invalid-input.js';
import { findExcess } from './json-bounds.js';
import { findIssues, matches, type MatchLimits } from './models/matches.js';
import type { Path } from './path.js';
import { isAborted, isAbortSignal, onAbort, reasonOf } from './pipeline/on-abort.js';
import { requestIdOf } from './pipeline/status.js';
import type { CallTrace, LagRequest, LagResponse, LagResult, RobotRule } from './pipeline/types.js';
import type { UploadBody } from './pipeline/transport.js';

export { path } from './path.js';

/** An endpoint and what goes to it. */
export interface Operation<T> {
  /** The exported function. */
  readonly name: string;
  /** @default 'GET' */
  readonly method?: LagRequest['method'];
  readonly path: Path | string;
  readonly query?: object | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent instead of `body`. */
  readonly upload?: UploadBody | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What a robot key does.
   * @default 'refuse'
   */
  readonly robot?: RobotRule;
  /**
   * `false` for what creates something each time it is called.
   * @default true
   */
  readonly idempotent?: boolean;
  /** Used unless the call or the context gives a timeout. */
  readonly timeoutMs?: number;
  /** Absent if the endpoint returns nothing. */
  readonly response?: GenericSchema<unknown, T>;
  /** Returns the `LagResponse` itself, with its unread body. */
  readonly stream?: boolean;
  readonly onUploadProgress?: LagRequest['onUploadProgress'];
}

/** Sends an operation through the pipeline of a context and validates the response. */
export const call = <T = void>(
  ctx: LagContext,
  operation: Operation<T>,
  options: CallOptions | undefined,
): LagResult<T> => new ResultAsync(run(ctx, operation, options));

const run = async <T>(
  ctx: LagContext,
  given: Operation<T>,
  options: CallOptions | undefined,
): Promise<Result<T, LagError>> => {
  const trace: CallTrace = { attempts: 0, maybeApplied: false };
  const operation = ownFields(given) as Operation<T>; // as given, so its required fields are own ones
  const { method = 'GET', path } = operation;
  let error: LagError;
  try {
    const known = stateOf(ctx);
    if (known.isUsable) {
      const result = await exchange(known.state, operation, options, trace);
      if (result.isOk()) return result;
      ({ error } = result);
    } else {
      ({ error } = known);
    }
  } catch (thrown) {
    error = toInvalidInput(thrown);
  }
  return err(renewError(error, { method, path: pathOf(path), ...trace }));
};

/** The path for an error; none if an id was invalid. */
export const pathOf = (path: Path | string): string | undefined => {
  if (typeof path === 'string') return path;
  return path.error ? undefined : path.path;
};

const exchange = async <T>(
  state: UsableState,
  operation: Operation<T>,
  options: CallOptions | undefined,
  trace: CallTrace,
): Promise<Result<T, LagError>> => {
  const { signal, release } = linkSignals(state.signal, readSignal(options));
  try {
    const request = toRequest(state, operation, options, signal, trace);
    const result = await state.handle(request);
    return result.isOk() ? decode(result.value, operation, state, { maxItems: request.maxItems }) : err(result.error);
  } finally {
    release();
  }
};

const readSignal = (options: CallOptions | undefined): AbortSignal | undefined => {
  const { signal } = ownFields(options);
  if (signal === undefined || isAbortSignal(signal)) return signal;
  throw invalidInput('invalid signal: pass an AbortSignal');
};

/** One signal for a call whose context has one, too. */
const linkSignals = (
  ofContext: AbortSignal | undefined,
  ofCall: AbortSignal | undefined,
): { readonly signal: AbortSignal | undefined; readonly release: () => void } => {
  if (!ofContext || !ofCall) return { signal: ofCall ?? ofContext, release: () => {} };
  const controller = new AbortController();
  const releases = [ofContext, ofCall].map((signal) => {
    if (isAborted(signal)) controller.abort(reasonOf(signal));
    return onAbort(signal, () => controller.abort(reasonOf(signal)));
  });
  return { signal: controller.signal, release: () => releases.forEach((release) => release()) };
};

const toRequest = <T>(
  state: UsableState,
  operation: Operation<T>,
  options: CallOptions | undefined,
  signal: AbortSignal | undefined,
  trace: CallTrace,
): LagRequest => {
  const own = ownFields(operation);
  const { method = 'GET', query, upload, robot = 'refuse', idempotent = true, stream = false } = own;
  const { path } = operation;
  if (typeof path !== 'string' && path.error) throw path.error;
  const settings = settingsOf(state, operation, options);
  const body = upload ?? bodyOf(operation);
  const ownHeaders = ownFields(options).headers;
  return {
    method,
    operation: operation.name,
    route: typeof path === 'string' ? path : path.route,
    baseUrl: state.baseUrl,
    path: (typeof path === 'string' ? path : path.path) + queryOf(query),
    headers: {
      ...state.headers,
      ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      ...operation.headers,
      ...(ownHeaders && readHeaders(ownHeaders)),
      // Last, because a form under another type could not be read.
      ...(typeof body === 'object' && { 'content-type': body.contentType }),
    },
    body,
    robot,
    idempotent,
    stream,
    signal,
    onUploadProgress: operation.onUploadProgress,
    deadlineAt: performance.now() + settings.deadlineMs,
    trace,
    ...settings,
  };
};

const settingsOf = <T>(
  { given, settings }: UsableState,
  { timeoutMs }: Operation<T>,
  options: CallOptions | undefined,
): CallSettings => {
  if (options === undefined && timeoutMs === undefined) return settings;
  return { ...settings, ...(timeoutMs !== undefined && { timeoutMs }), ...given, ...readSettings(options) };
};

const bodyOf = <T>({ body }: Operation<T>): string | undefined => {
  if (body === undefined) return undefined;
  try {
    return JSON.stringify(body);
  } catch (thrown) {
    throw invalidInput(`the body cannot be written as JSON: ${messageOf(thrown)}`, thrown);
  }
};

const MAX_PAGE_ITEMS = 100;

const queryOf = (query: object | undefined): string => {
  let built = '';
  for (const [name, value] of Object.entries(fieldsOf(query))) {
    // `nextCursor` is null on the last page.
    if (value === undefined || value === null) continue;
    if (name === 'limit' && !isPageSize(value)) throw invalidInput(`invalid limit: pass 1 to ${MAX_PAGE_ITEMS}`);
    if (typeof value !== 'string' && typeof value !== 'number') throw invalidInput(`invalid ${name}: pass a string`);
    built += `${built ? '&' : '?'}${encodeURIComponent(name)}=${encodeQueryValue(name, value)}`;
  }
  return built;
};

const isPageSize = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_PAGE_ITEMS;

const encodeQueryValue = (name: string, value: string | number): string => {
  try {
    return encodeURIComponent(value);
  } catch {
    throw invalidInput(`invalid ${name}: it has half of a surrogate pair`);
  }
};

const decode = <T>(
  response: LagResponse,
  { response: schema, stream }: Operation<T>,
  state: UsableState,
  limits: MatchLimits,
): Result<T, LagError> => {
  if (stream) return ok(response as T); // `stream` says that T is the response itself
  if (!schema && isHtml(response.body)) return err(unexpectedError(response, state, HTML));
  if (!schema) return ok(undefined as T); // no schema says that T is void
  const excess = findExcess(response.body, limits.maxItems);
  if (excess) return err(unexpectedError(response, state, [{ path: '', message: excess }]));
  let value: unknown;
  try {
    value = JSON.parse(response.body || 'null');
  } catch {
    return err(unexpectedError(response, state, [{ path: '', message: describeNoJson(response) }]));
  }
  return matches(schema, value, limits)
    ? ok(value)
    : err(unexpectedError(response, state, findIssues(schema, value, limits)));
};

const MAX_CODING_LENGTH = 40;

/** Why a body may be no JSON: it is still in a content coding that the transport does not know. */
const describeNoJson = ({ headers }: LagResponse): string => {
  const coding = headers.get('content-encoding');
  return coding ? `not JSON (content-encoding: ${coding.slice(0, MAX_CODING_LENGTH)})` : 'not JSON';
};

const HTML: readonly LagIssue[] = [{ path: '', message: 'an HTML page' }];

/** A page of HTML comes from something in between, and says nothing of the call. */
const isHtml = (body: string): boolean => /^\s*</.test(body);

/** The names in a path may be data of the server's, as long as its response. */
const MAX_ISSUE_PATH_LENGTH = 500;

const unexpectedError = (response: LagResponse, { redactor }: UsableState, issues: readonly LagIssue[]): LagError => {
  // Cut after it is redacted, so that no part of a secret is left.
  const redacted = issues.map(({ path, message }) => ({
    path: redactor.redact(path).slice(0, MAX_ISSUE_PATH_LENGTH),
    message,
  }));
  const [first] = redacted;
  const where = first?.path ? `${first.path}: ` : '';
  return lagError('invalid_response', `unexpected response: ${where}${first?.message ?? 'it does not fit'}`, {
    status: response.status,
    requestId: redactor.redact(requestIdOf(response) ?? '') || undefined,
    issues: redacted,
  });
};
