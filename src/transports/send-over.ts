import { err, ok, type Result } from 'neverthrow';
import { fieldsOf } from '../fields-of.js';
import { isLagError, lagError, type LagError } from '../errors.js';
import { isInvalidInput, messageOf } from '../invalid-input.js';
import { discard, readText } from './read-bytes.js';
import type { LagTransport, LagTransportFailure, LagTransportResponse } from '../pipeline/transport.js';
import type { Next } from '../pipeline/compose.js';
import { describeCause, toCause } from '../pipeline/describe-cause.js';
import { setProgress } from '../pipeline/progress.js';
import type { LagRequest } from '../pipeline/types.js';

/** Most bytes that are read of a response outside 2xx. */
const MAX_ERROR_BYTES = 65_536;

/** The last step: sends one attempt over a transport and reads the body of the response. */
export const sendOver =
  (transport: LagTransport): Next =>
  async (request) => {
    const sent = await sendSafely(transport, request);
    if (sent.isErr()) return err(failureError(sent.error));
    const { status, headers, body } = sent.value;
    const isSuccess = status >= 200 && status < 300;
    if (isSuccess && request.stream && body !== null && typeof body !== 'string') {
      // Nobody will read it: the call ended while the headers were under way.
      if (request.signal?.aborted) discard(body);
      return ok({ status, headers, body: '', stream: body });
    }
    const maxBytes = isSuccess ? request.maxResponseBytes : MAX_ERROR_BYTES;
    try {
      const { text, isTruncated } = await readText(body, {
        maxBytes,
        signal: request.signal,
        isPartWanted: !isSuccess,
      });
      return isSuccess && isTruncated
        ? err(tooLargeError(status, maxBytes))
        : ok({ status, headers, body: text, ...(isTruncated && { isTruncated }) });
    } catch (thrown) {
      return err(brokenOffError(thrown));
    }
  };

/** Calls a transport, which may be the user's own, for its Result. */
const sendSafely = async (
  transport: LagTransport,
  { method, baseUrl, path, headers, body, signal, onUploadProgress }: LagRequest,
): Promise<Result<LagTransportResponse, LagTransportFailure>> => {
  try {
    const result = await transport.send({ method, url: baseUrl + path, headers, body, signal, onUploadProgress });
    if (isSent(result)) return result;
    throw new TypeError('the transport returned something that is not a Result of a response');
  } catch (cause) {
    return err({ progress: 'unknown', cause });
  }
};

/** Whether a transport kept its contract. */
const isSent = (result: Result<LagTransportResponse, LagTransportFailure>): boolean => {
  try {
    return result.isErr() ? isFailure(result.error) : isResponse(result.value);
  } catch {
    return false;
  }
};

const isFailure = (failure: unknown): boolean =>
  typeof failure === 'object' && failure !== null && Object.hasOwn(failure, 'progress');

const isResponse = ({ status, headers, body }: LagTransportResponse): boolean =>
  typeof status === 'number' &&
  typeof headers.get === 'function' &&
  (body === null || typeof body === 'string' || typeof body.getReader === 'function');

const failureError = (failure: LagTransportFailure): LagError => {
  const { progress, cause } = failure;
  const isInterceptorFailure = fieldsOf(failure).isInterceptorFailure === true;
  const error = isInterceptorFailure
    ? lagError('invalid_input', `an interceptor failed: ${describeCause(cause).message}`, { cause: toCause(cause) })
    : transportError(progress, cause);
  setProgress(error, progress);
  return error;
};

/** The connection broke while the body was read. */
const brokenOffError = (thrown: unknown): LagError => {
  const error = lagError('connection', `the response broke off: ${textOf(thrown)}`, { cause: toCause(thrown) });
  setProgress(error, 'unknown');
  return error;
};

const transportError = (progress: LagTransportFailure['progress'], thrown: unknown): LagError => {
  const cause = toCause(thrown);
  // What this package refuses says enough itself.
  if (progress === 'refused' && (isInvalidInput(thrown) || isLagError(thrown)))
    return lagError('invalid_input', messageOf(thrown), { cause });
  if (progress === 'refused')
    return lagError('invalid_input', `the request cannot be sent: ${describeCause(thrown).message}`, { cause });
  return lagError('connection', `no response: ${textOf(thrown)}`, { cause });
};

/** What a failure says, with its code. */
const textOf = (thrown: unknown): string => {
  const { message, code } = describeCause(thrown);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
};

const tooLargeError = (status: number, maxBytes: number): LagError => {
  const message = `the response is longer than maxResponseBytes, ${maxBytes}`;
  return lagError('invalid_response', message, { status, issues: [{ path: '', message }] });
};
