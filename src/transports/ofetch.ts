import { ofetch, type $Fetch } from 'ofetch';
import type { LagHandler } from '../pipeline/types.js';
import { fetchTransport, type FetchLike } from './fetch.js';

// ofetch's retry ignores `Retry-After`, its timeout stops at the headers, its errors carry the request headers, and its
// parser returns truncated JSON as a string. The pipeline does all of these.
const SWITCHED_OFF = { retry: false, timeout: 0, responseType: 'stream', ignoreResponseError: true } as const;

/**
 * A transport over your own ofetch instance, Nuxt's `$fetch` included, or over ofetch itself. Its interceptors,
 * `dispatcher` and other defaults apply to each attempt; its retry, timeout, parsing and error throwing are switched off,
 * because the pipeline has its own. Interceptors see the token.
 */
export const ofetchTransport = ($fetch: $Fetch = ofetch): LagHandler =>
  fetchTransport({ fetch: ((url, init) => $fetch.raw(url, { ...(init as object), ...SWITCHED_OFF })) as FetchLike });
