import type { Dispatcher } from 'undici';
import { err, ok, type Result } from 'neverthrow';
import type { LagHeaders } from '../headers.js';
import { invalidInput } from '../invalid-input.js';
import type { LagTransportFailure, LagTransportRequest, LagTransportResponse } from '../pipeline/transport.js';
import { decompress } from './decompress.js';
import { createIncomingBody, type IncomingBody } from './incoming-body.js';
import { sendPieces } from './send-pieces.js';

/** A dispatcher, and what is known of it. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** Whether it is known to call `onRequestStart` before the first byte is written, as undici's own ones do. */
  readonly reportsStart: boolean;
  /** Whether it is known to be done with a piece of a body when it asks for the next one. */
  readonly takesPieces: boolean;
}

type Sent = Result<LagTransportResponse, LagTransportFailure>;

/**
 * Sends one request. Resolves with the headers of the response, and calls `onEnd` once, when the response has been read
 * to its end, has failed or was given up.
 */
export const dispatchRequest = (route: Route, request: LagTransportRequest, onEnd: () => void): Promise<Sent> =>
  new Promise((resolve) => {
    const signal = request?.signal;
    let controller: Dispatcher.DispatchController | undefined;
    let isStarted = false;
    let isOver = false;
    let body: IncomingBody | undefined;

    const finish = (): void => {
      isOver = true;
      onEnd();
      try {
        signal?.removeEventListener('abort', abort);
      } catch {
        // A foreign signal may fail here; the request is over already.
      }
    };
    const fail = (cause: unknown, progress: LagTransportFailure['progress']): void => {
      if (isOver) return;
      // A response that has begun fails where it is read. The promise is settled then, and this does nothing.
      resolve(err({ progress, cause }));
      body?.fail(cause);
      finish();
    };
    const stop = (reason: unknown): void => controller?.abort(reason as Error); // undici passes on whatever it is.
    const abort = (): void => {
      const reason: unknown = signal?.reason;
      fail(reason, !isStarted && route.reportsStart ? 'not_sent' : 'unknown');
      stop(reason);
    };
    const cancel = (): void => {
      if (isOver) return;
      finish();
      stop(new Error('the reader of the response gave up'));
    };

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        // A call that ended while its socket was opened. Nothing of it is written.
        if (isOver) return stop(signal?.reason ?? new Error('the request is over'));
        isStarted = true;
      },
      onResponseStart: (_, status, headers) => {
        // 1xx comes before the response.
        if (isOver || status < 200) return;
        const found = lookup(headers);
        if (!hasNoBody(status, found)) body = createIncomingBody(cancel);
        const coding = found.get('content-encoding');
        const decoded = body && coding ? decompress(body, coding) : body;
        resolve(ok({ status, headers: found, body: decoded ?? null }));
      },
      onResponseData: (from, chunk) => body?.push(from, chunk),
      onResponseEnd: () => {
        if (isOver) return;
        body?.end();
        finish();
      },
      onResponseError: (_, error) => fail(error, progressOf(error, isStarted, route)),
    };
    let options: Dispatcher.DispatchOptions;
    try {
      if (signal?.aborted) return abort();
      options = dispatchOptionsOf(route, request);
      signal?.addEventListener('abort', abort);
    } catch (thrown) {
      return fail(thrown, 'refused');
    }
    try {
      route.dispatcher.dispatch(options, handler);
    } catch (thrown) {
      fail(thrown, progressOf(thrown, isStarted, route));
    }
  });

/** Throws for a header of which undici 7 throws past its caller once the connection turns out to be HTTP/2. */
const refuseHeadersOfHttp1 = (headers: LagTransportRequest['headers']): void => {
  const refused = Object.hasOwn(headers, 'te') && headers['te'] !== 'trailers' ? 'te' : undefined;
  const name = refused ?? ['proxy-connection', 'http2-settings'].find((each) => Object.hasOwn(headers, each));
  if (name) throw invalidInput(`invalid headers: ${name} is for a single connection of HTTP/1`);
};

const dispatchOptionsOf = (
  { takesPieces }: Route,
  { url, method, headers, body, onUploadProgress }: LagTransportRequest,
): Dispatcher.DispatchOptions => {
  refuseHeadersOfHttp1(headers);
  const pathAt = url.indexOf('/', 'https://'.length);
  const isUpload = typeof body === 'object' && body !== null;
  const options = {
    // So that nothing on Object.prototype becomes an option of undici.
    __proto__: null,
    origin: url.slice(0, pathAt),
    path: url.slice(pathAt),
    method,
    headers: isUpload
      ? { ...headers, 'content-type': body.contentType, 'content-length': String(body.size) }
      : (headers as Record<string, string>), // undici does not write to it, but its type does not say so.
    body: isUpload
      ? (sendPieces(body, takesPieces, onUploadProgress) as unknown as string) // undici takes any iterable, which its type does not say.
      : (body ?? null),
    // The pipeline has limits of its own, and undici's would end a call that has none.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return options;
};

const lookup = (headers: Readonly<Record<string, string | string[] | undefined>>): LagHeaders => ({
  get: (name) => {
    const lowerCase = name.toLowerCase();
    const value = Object.hasOwn(headers, lowerCase) ? headers[lowerCase] : undefined;
    if (value === undefined) return null;
    return typeof value === 'string' ? value : value.join(', ');
  },
});

const STATUSES_WITHOUT_BODY: ReadonlySet<number> = /*#__PURE__*/ new Set([204, 205, 304]);

const hasNoBody = (status: number, headers: LagHeaders): boolean =>
  STATUSES_WITHOUT_BODY.has(status) || headers.get('content-length') === '0';

/** Errors by which undici, Node or a mock refuses a request before it opens a connection for it. */
const REFUSALS: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
  'ERR_INVALID_URL',
  'ERR_SOCKET_BAD_PORT',
]);

/** Where a connection fails before anything can be written to it. */
const CONNECTING: ReadonlySet<unknown> = /*#__PURE__*/ new Set(['connect', 'getaddrinfo']);

const progressOf = (error: unknown, isStarted: boolean, { reportsStart }: Route): LagTransportFailure['progress'] => {
  if (isStarted) return 'unknown';
  const { code } = detailsOf(error);
  if (REFUSALS.has(code)) return 'refused';
  return reportsStart || isConnectError(error) ? 'not_sent' : 'unknown';
};

/** Whether it says itself that no connection was made; an `AggregateError` holds one error for each address. */
const isConnectError = (error: unknown): boolean => {
  const { code, syscall, errors } = detailsOf(error);
  if (CONNECTING.has(syscall) || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return Array.isArray(errors) && errors.length > 0 && errors.every((one) => CONNECTING.has(detailsOf(one).syscall));
};

const detailsOf = (
  error: unknown,
): { readonly code?: unknown; readonly syscall?: unknown; readonly errors?: unknown } => {
  try {
    const { code, syscall, errors }: Readonly<Record<string, unknown>> = Object(error);
    return { code, syscall, errors };
  } catch {
    return {};
  }
};
