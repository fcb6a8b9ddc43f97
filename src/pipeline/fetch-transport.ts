import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagConnectionError } from '../errors.js';
import type { Handler, LagRequest, LagResponse } from './types.js';

/** A function with the signature of the global `fetch`, as far as this package uses it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Most bytes that are read of an answer; what is cut off is no JSON, which says so. */
export const MAX_BODY = 5e7;
/** The same outside 2xx. */
const MAX_ERROR_BODY = 65_536;

/**
 * A transport over `fetch` alone, for the smallest bundles: `createContextWith(fetchTransport(), token)`.
 * Without `fetch` it is the global one, looked up at each call.
 */
export const fetchTransport =
  (options?: { readonly fetch?: FetchLike | undefined }): Handler =>
  (request) =>
    new ResultAsync(exchange(options, request));

const exchange = async (
  options: { readonly fetch?: FetchLike | undefined } | undefined,
  request: LagRequest,
): Promise<Result<LagResponse, LagConnectionError>> => {
  try {
    // Called as a bare function: browsers and workerd refuse a fetch that is called as a method.
    const fetch = options?.fetch ?? (globalThis.fetch as FetchLike);
    // Of the request fetch reads what it knows: method, headers, body and signal.
    const init = { ...request, redirect: 'manual' } as RequestInit;
    const response = await fetch(request.baseUrl + request.path, init);
    return ok(await receive(response, request.stream));
  } catch (cause) {
    return err(connectionError(cause));
  }
};

const receive = async (response: Response, stream: boolean): Promise<LagResponse> => {
  const { status, headers, ok, body } = response;
  return ok && stream && body
    ? { status, headers, body: '', stream: body }
    : { status, headers, body: await readText(response) };
};

const readText = async (response: Response): Promise<string> => {
  const { ok, body } = response;
  // React Native has none.
  if (!body?.getReader) return response.text();
  let text = '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (let left = ok ? MAX_BODY : MAX_ERROR_BODY; left > 0;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      // Pieces of nothing come to an end, too.
      left -= value.length || 999;
    }
    reader.cancel().catch(() => {});
  } catch (thrown) {
    // The status of a failure says enough.
    if (ok) throw thrown;
  }
  return text;
};

/** No answer came; says the reason. */
export const connectionError = (thrown: unknown): LagConnectionError => {
  const error = lagError('connection', '', { cause: thrown });
  error.message = `no answer came: ${(error.cause as Error).message}`;
  return error;
};
