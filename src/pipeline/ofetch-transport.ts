import { createFetch } from 'ofetch';
import { fetchTransport, type FetchLike } from './fetch-transport.js';
import type { Handler } from './types.js';

/** The default transport: ofetch, called raw, with its own retry, timeout, parsing and error throwing switched off. */
export const ofetchTransport = (custom?: FetchLike): Handler => {
  const { raw } = createFetch({
    // Looked up at each call and called bare, as in `fetchTransport`.
    fetch: ((url, init) => (custom ?? globalThis.fetch)(url as string, init!)) as typeof fetch,
  });
  return fetchTransport({
    fetch: (url, init) =>
      raw(url, { ...(init as object), retry: false, responseType: 'stream', ignoreResponseError: true }).catch(
        // ofetch's own error holds the request with its headers; what fetch threw is the cause.
        (thrown: Error) => Promise.reject(thrown.cause ?? thrown),
      ),
  });
};
