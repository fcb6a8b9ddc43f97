import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagConnectionError } from '../errors.js';
import type { Handler, LagRequest, LagResponse } from './types.js';

/** A function with the signature of the global `fetch`, as far as this package uses it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Most that is read of an answer outside 2xx. */
const MAX_ERROR_BODY = 65_536;

/**
 * A transport over `fetch` alone, for the smallest bundles: `createContextWith(fetchTransport(), token)`.
 * Without `fetch` it is the global one, looked up at each call.
 */
export const fetchTransport =
  ({ fetch }: { readonly fetch?: FetchLike | undefined } = {}): Handler =>
  (request) =>
    new ResultAsync(exchange(fetch, request));

const exchange = async (
  custom: FetchLike | undefined,
  request: LagRequest,
): Promise<Result<LagResponse, LagConnectionError>> => {
  try {
    // Called as a bare function: browsers and workerd refuse a fetch that is called as a method.
    const fetch = custom ?? (globalThis.fetch as FetchLike);
    // Of the request fetch reads what it knows: method, headers, body and signal.
    const init = { ...request, redirect: 'manual' } as RequestInit;
    const response = await fetch(request.baseUrl + request.path, init);
    return ok(await receive(response, request.stream));
  } catch (cause) {
    return err(connectionError(cause));
  }
};

const receive = async (response: Response, stream: boolean): Promise<LagResponse> => {
  const { status, headers } = response;
  // Its `body` only where it is needed: a transport may make the stream then.
  if (response.ok && stream && response.body) return { status, headers, body: '', stream: response.body };
  return { status, headers, body: await (response.ok ? response.text() : readStart(response.body)) };
};

const readStart = async (body: ReadableStream<Uint8Array> | null): Promise<string> => {
  let text = '';
  if (body) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (let left = MAX_ERROR_BODY; left > 0;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
    reader.cancel().catch(() => {});
  }
  return text;
};

/** No answer came; says the reason. */
export const connectionError = (thrown: unknown): LagConnectionError => {
  const error = lagError('connection', '', { cause: thrown });
  error.message = `no answer came: ${(error.cause as Error).message}`;
  return error;
};
