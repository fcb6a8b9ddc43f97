import { fieldsOf } from '../fields-of.js';
import { err, ok } from 'neverthrow';
import { FetchError, ofetch, type $Fetch } from 'ofetch';
import { acceptsSignals } from './accepts-signals.js';
import { reportSent, toFetchBody } from './fetch-body.js';
import { toFetchFailure } from './fetch-failure.js';
import { toTransportResponse } from './fetch.js';
import { supportsNoStore } from './supports-no-store.js';
import type { LagTransport } from '../pipeline/transport.js';

// ofetch's retry ignores `Retry-After`, its timeout stops at the headers, its errors carry the request headers, and its
// parser returns truncated JSON as a string. The pipeline does all of these.
const SWITCHED_OFF = { retry: false, timeout: 0, responseType: 'stream', ignoreResponseError: true } as const;

/**
 * A transport over your own ofetch instance, Nuxt's `$fetch` included, or over ofetch itself. Its interceptors,
 * `dispatcher` and other defaults apply to each attempt. Its retry, timeout, parsing and error throwing are switched off,
 * because the pipeline has its own; so `onResponseError` is never called.
 *
 * Interceptors see the token, and may break the guarantees: what they throw makes the call an `invalid_input` error.
 */
export const ofetchTransport = ($fetch: $Fetch = ofetch): LagTransport => ({
  send: async (request) => {
    const { method, url, headers, body, signal } = request;
    try {
      const isUpload = typeof body === 'object';
      const response = await $fetch.raw(url, {
        method,
        // ofetch would add its own.
        headers: { ...headers },
        ...(body !== undefined && { body: isUpload ? await toFetchBody(body, $fetch === ofetch) : body }),
        ...(signal && acceptsSignals() && { signal }),
        redirect: 'manual',
        ...(supportsNoStore() && { cache: 'no-store' }),
        ...SWITCHED_OFF,
      });
      reportSent(request);
      return ok(await toTransportResponse(response));
    } catch (cause) {
      // ofetch wraps what a fetch throws; anything else is thrown by an interceptor.
      const isInterceptorFailure = !(cause instanceof FetchError) && !isNamed(cause, 'FetchError');
      return err({ ...toFetchFailure(cause), isInterceptorFailure });
    }
  },
});

/** Nuxt brings an ofetch of its own, whose class is another one. */
const isNamed = (thrown: unknown, name: string): boolean => {
  try {
    return fieldsOf(thrown).name === name;
  } catch {
    return false;
  }
};
