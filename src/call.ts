import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { GenericSchema } from 'valibot';
import type { CallOptions, LagContext, ContextState } from './context.js';
import { copyError, lagError, setFields, type LagError } from './errors.js';
import { headersOf, invalid, isAmount, settingsOf, toInvalidInput } from './call-options.js';
import { findIssues, matches } from './models/matches.js';
import { requestIdOf } from './pipeline/status.js';
import type { CallTrace, LagRequest, LagResponse, LagResult, RobotRule } from './pipeline/types.js';

/** An endpoint and what goes to it. */
export interface Operation<T> {
  /** `GET` unless told otherwise. */
  readonly method?: LagRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON, or as it is where it is `FormData`. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a robot key does: refused unless told otherwise. */
  readonly robot?: RobotRule;
  /** `false` for what creates something each time it is called. */
  readonly idempotent?: boolean;
  /** None where the endpoint answers nothing. */
  readonly response?: GenericSchema<unknown, T>;
  /** Answers the `LagResponse` itself, with its unread body. */
  readonly stream?: boolean;
}

/** Builds a path, each id one encoded segment. An id that would change the path makes it empty, which `call` refuses. */
export const path = (strings: TemplateStringsArray, ...ids: readonly string[]): string => {
  let built = strings[0]!;
  for (const [index, id] of ids.entries()) {
    if (typeof id !== 'string' || /^\.{0,2}$|\p{Surrogate}/u.test(id)) return '';
    built += encodeURIComponent(id) + strings[index + 1]!;
  }
  return built;
};

/** Whether a context holds a robot key. */
export const isRobot = (ctx: LagContext): boolean => {
  try {
    return (ctx as ContextState).robot;
  } catch {
    return false;
  }
};

/** Sends an operation through the pipeline of a context and checks what comes back. */
export const call = <T = void>(
  ctx: LagContext,
  operation: Operation<T>,
  options: CallOptions | undefined,
): LagResult<T> => new ResultAsync(run(ctx as ContextState, operation, options));

const run = async <T>(
  ctx: ContextState,
  operation: Operation<T>,
  options: CallOptions | undefined,
): Promise<Result<T, LagError>> => {
  const trace: CallTrace = { attempts: 0, maybeApplied: false };
  const { method = 'GET', path } = operation;
  let error: LagError;
  try {
    if (ctx.fail) throw ctx.fail();
    const answer = await ctx.handle(requestOf(ctx, operation, options, trace));
    const result = answer.isOk() ? decode(answer.value, operation, ctx) : err(answer.error);
    if (result.isOk()) return result;
    error = result.error;
  } catch (thrown) {
    error = toInvalidInput(thrown);
  }
  const fields = { method, path: path || undefined, ...trace };
  try {
    // A middleware may have frozen it.
    return err(setFields(Object.isFrozen(error) ? copyError(error) : error, fields));
  } catch (thrown) {
    return err(setFields(toInvalidInput(thrown), fields));
  }
};

const requestOf = <T>(
  ctx: ContextState,
  { method = 'GET', path, query, body, headers, robot = 'refuse', idempotent = true, stream = false }: Operation<T>,
  options: CallOptions | undefined,
  trace: CallTrace,
): LagRequest => {
  if (!path) throw invalid('id');
  const settings = options ? { ...ctx.settings, ...settingsOf(options) } : ctx.settings;
  const isJson = body !== undefined && !(body instanceof FormData);
  return {
    deadlineAt: performance.now() + settings.deadlineMs,
    method,
    baseUrl: ctx.baseUrl,
    path: path + queryOf(query),
    headers: {
      ...ctx.headers,
      ...(isJson && { 'content-type': 'application/json' }),
      ...headers,
      ...(options?.headers && headersOf(options.headers)),
    },
    body: isJson ? JSON.stringify(body) : body,
    robot,
    idempotent,
    stream,
    signal: options?.signal,
    trace,
    // Last, because steps copy an object faster that was made with most of its fields.
    ...settings,
  };
};

const queryOf = (query: Operation<unknown>['query']): string => {
  let built = '';
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    if (name === 'limit' && !(Number.isInteger(value) && isAmount(value, 1, 100))) throw invalid('limit: 1 to 100');
    built += `${built ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  }
  return built;
};

const decode = <T>(
  response: LagResponse,
  { response: schema, stream }: Operation<T>,
  { hide }: ContextState,
): Result<T, LagError> => {
  if (stream) return ok(response as T);
  // A page of HTML comes from somewhere else, and says nothing of the call.
  if (!schema && !/^\s*</.test(response.body)) return ok(undefined as T);
  let issues = [{ path: '', message: 'not JSON' }];
  try {
    const value: unknown = JSON.parse(response.body || 'null');
    if (matches(schema!, value)) return ok(value);
    issues = findIssues(schema!, value).map(({ path, message }) => ({ path: hide(path), message }));
  } catch {}
  const { status } = response;
  return err(
    lagError('invalid_response', 'unexpected answer', { status, requestId: requestIdOf(response, hide), issues }),
  );
};
