import { err, ok } from 'neverthrow';
import { fieldsOf } from '../fields-of.js';
import { invalidInput, ownFields } from '../invalid-input.js';
import { acceptsSignals } from './accepts-signals.js';
import { reportSent, toFetchBody } from './fetch-body.js';
import { toFetchFailure } from './fetch-failure.js';
import { supportsNoStore } from './supports-no-store.js';
import type { ByteSource, LagTransport, LagTransportResponse } from '../pipeline/transport.js';

/** A function with the signature of the global `fetch`, as far as this package uses it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Options of `fetchTransport`. */
export interface FetchTransportOptions {
  /** Used instead of the global `fetch`: SvelteKit's `event.fetch`, undici's, node-fetch. */
  readonly fetch?: FetchLike | undefined;
}

/**
 * The default transport: the runtime's own `fetch`, looked up at each call, or the one that you pass. It asks for
 * `cache: 'no-store'` where the runtime knows that, because Next.js caches responses otherwise.
 */
export const fetchTransport = (options?: FetchTransportOptions): LagTransport => ({
  send: async (request) => {
    const { method, url, headers, body, signal } = request;
    try {
      const { fetch: own } = ownFields(options);
      // Called as a bare function: browsers and workerd reject a fetch that is called as a method.
      const fetch: FetchLike | undefined = own ?? globalThis.fetch;
      if (typeof fetch !== 'function')
        return err({
          progress: 'refused',
          cause: invalidInput('invalid fetch: it is not a function; pass one to createContext'),
        });
      const isUpload = typeof body === 'object';
      // Without a prototype, so that nothing on Object.prototype becomes an option of fetch.
      const init: RequestInit = Object.assign(Object.create(null), {
        method,
        headers,
        body: isUpload ? await toFetchBody(body, own === undefined) : body,
        ...(acceptsSignals() && { signal }),
        redirect: 'manual',
        ...(supportsNoStore() && { cache: 'no-store' }),
      });
      const response = await fetch(url, init);
      reportSent(request);
      return ok(await toTransportResponse(response));
    } catch (cause) {
      return err(toFetchFailure(cause));
    }
  },
});

/** A response of any fetch, its body unread. */
export const toTransportResponse = async (response: Response): Promise<LagTransportResponse> => {
  const { status, headers } = fieldsOf(response);
  if (typeof status !== 'number' || typeof fieldsOf(headers).get !== 'function')
    throw new TypeError('fetch returned something that is not a Response');
  return { status, headers: response.headers, body: await toBody(response) };
};

const toBody = async (response: Response): Promise<ByteSource | string> => {
  // Types say that there is a web stream. node-fetch has one of Node's, and React Native none at all.
  const body: ByteSource | AsyncIterable<Uint8Array> | null | undefined = response.body;
  if (body && 'getReader' in body) return body;
  return body && Symbol.asyncIterator in body ? iterableSource(body) : response.text();
};

/** The pieces of an iterable as a source. */
const iterableSource = (pieces: AsyncIterable<Uint8Array>): ByteSource => ({
  getReader: () => {
    const iterator = pieces[Symbol.asyncIterator]();
    return {
      read: async () => {
        const { done, value } = await iterator.next();
        return done ? { done: true } : { done: false, value };
      },
      cancel: async () => iterator.return?.(),
    };
  },
});
