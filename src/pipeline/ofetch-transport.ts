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
    // Its own error holds the request with its headers, but of an error only a copy of the innermost cause is kept.
    fetch: (url, init) =>
      raw(url, { ...(init as object), retry: false, responseType: 'stream', ignoreResponseError: true }),
  });
};
