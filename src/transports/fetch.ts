import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagConnectionError } from '../errors.js';
import type { LagHandler, LagRequest, LagResponse } from '../pipeline/types.js';

/** A function with the signature of the global `fetch`, as far as this package uses it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Most bytes that are read of an answer; what is cut off is no JSON, which says so. */
export const MAX_BODY = 5e7;
/** The same outside 2xx. */
const MAX_ERROR_BODY = 65_536;

/**
 * A transport over `fetch` alone, for the smallest bundles: `createContext(token)`.
 * Without `fetch` it is the global one, looked up at each call.
 */
export const fetchTransport =
  (options?: { readonly fetch?: FetchLike | undefined }): LagHandler =>
  (request) =>
    new ResultAsync(exchange(options, request));

const exchange = async (
  options: { readonly fetch?: FetchLike | undefined } | undefined,
  request: LagRequest,
): Promise<Result<LagResponse, LagConnectionError>> => {
  try {
    // Called as a bare function: browsers and workerd refuse a fetch that is called as a method.
    const fetch = options?.fetch ?? (globalThis.fetch as FetchLike);
    const { baseUrl, path, method, headers, body, signal, stream } = request;
    // `stream` is for a transport of ours; fetch reads what it knows.
    const init = { method, headers, body, signal, stream, redirect: 'manual' } as RequestInit;
    const response = await fetch(baseUrl + path, init);
    const unread = response.ok && stream && response.body;
    return ok({
      status: response.status,
      headers: response.headers,
      ...(unread ? { body: '', stream: unread } : { body: await readText(response) }),
    });
  } catch (cause) {
    return err(connectionError(cause));
  }
};

const readText = async (response: Response): Promise<string> => {
  const { ok, body } = response;
  // React Native has none.
  if (!body?.getReader) return response.text();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  try {
    for (const most = ok ? MAX_BODY : MAX_ERROR_BODY; ;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value.subarray(0, most - size));
      // Pieces of nothing come to an end, too.
      size += value.length || 999;
      if (size >= most) {
        reader.cancel().catch(() => {});
        break;
      }
    }
  } catch (thrown) {
    // The status of a failure says enough.
    if (ok) throw thrown;
  }
  // In one piece, because engines decode pieces of a stream several times slower.
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(bytes.subarray(0, at));
};

/** No answer came; says the reason. */
export const connectionError = (thrown: unknown): LagConnectionError => {
  const error = lagError('connection', '', { cause: thrown });
  error.message = `no answer came: ${(error.cause as Error).message}`;
  return error;
};
