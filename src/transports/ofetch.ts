import { createFetch } from 'ofetch';
import { fetchTransport, type FetchLike } from './fetch.js';
import type { Handler } from '../pipeline/types.js';

/** The default transport: ofetch, called raw, with its own retry, timeout, parsing and error throwing switched off. */
export const ofetchTransport = (custom?: FetchLike): Handler => {
  const { raw } = createFetch({
    // Looked up at each call and called bare, as in `fetchTransport`. As one argument, because of two ofetch would copy
    // headers and options that fetch copies again.
    fetch: (([url, init]: Parameters<FetchLike>) => (custom ?? globalThis.fetch)(url, init)) as never,
    // Made for each call, and given nothing to hold.
    Headers: Map as never,
    defaults: { retry: false, responseType: 'stream', ignoreResponseError: true } as object,
  });
  // Its own error holds the request with its headers, but of an error only a copy of the innermost cause is kept.
  return fetchTransport({ fetch: (...request) => raw(request as never) });
};
