import { createFetch } from 'ofetch';
import { fetchTransport, type FetchLike } from './fetch-transport.js';
import type { Handler } from './types.js';

/** The default transport: ofetch, called raw, with its own retry, timeout, parsing and error throwing switched off. */
export const ofetchTransport = (custom?: FetchLike): Handler => {
  const { raw } = createFetch({
    // Looked up at each call and called bare, as in `fetchTransport`. What it asks for comes beside ofetch's options,
    // which would make a `Headers` of the headers that fetch copies again.
    fetch: ((url: string, { init }: { init: RequestInit }) => (custom ?? globalThis.fetch)(url, init)) as typeof fetch,
    // Made for each call, and given nothing to hold.
    Headers: Map as never,
  });
  return fetchTransport({
    // Its own error holds the request with its headers, but of an error only a copy of the innermost cause is kept.
    fetch: (url, init) => raw(url, { init, retry: false, responseType: 'stream', ignoreResponseError: true } as object),
  });
};
