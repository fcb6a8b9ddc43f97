import { err, ok } from 'neverthrow';
import { invalidInput } from '../invalid-input.js';
import type { LagHeaders } from '../headers.js';
import { onAbort } from '../pipeline/on-abort.js';
import type {
  ByteSource,
  LagTransport,
  LagTransportFailure,
  LagTransportRequest,
  LagTransportResponse,
  OwnBytes,
} from '../pipeline/transport.js';
import { toFetchBody } from './fetch-body.js';

/**
 * A transport over `XMLHttpRequest`, for browsers: `onUploadProgress` then hears of every piece that was sent, which
 * fetch does not tell. `XMLHttpRequest` follows redirects by itself: such a call is an error all the same, but the target
 * of the redirect got the request, without the token where it is of another origin.
 */
export const xhrTransport = (): LagTransport => ({
  send: async (request) => {
    const { body } = request;
    const content = typeof body === 'object' ? await toFetchBody(body, true) : body;
    if (request.signal?.aborted) return err({ progress: 'not_sent', cause: request.signal.reason });
    let xhr: XMLHttpRequest;
    try {
      xhr = openRequest(request);
    } catch (cause) {
      return err({ progress: 'refused', cause });
    }
    return sendRequest(xhr, request, content);
  },
});

/** Throws what will be thrown again for the same request. */
const openRequest = ({ method, url, headers, onUploadProgress }: LagTransportRequest): XMLHttpRequest => {
  if (typeof globalThis.XMLHttpRequest !== 'function')
    throw invalidInput('invalid transport: there is no XMLHttpRequest here; use fetchTransport() instead');
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  // JSON is UTF-8, whatever the response says.
  xhr.overrideMimeType('text/plain; charset=utf-8');
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  if (onUploadProgress) {
    let reported = -1;
    const report = ({ loaded, total }: ProgressEvent) => {
      // The last two events may say the same.
      if (loaded <= reported) return;
      reported = loaded;
      onUploadProgress({ sent: loaded, total });
    };
    xhr.upload.onprogress = report;
    xhr.upload.onload = report;
  }
  return xhr;
};

const sendRequest = (
  xhr: XMLHttpRequest,
  { url, signal }: LagTransportRequest,
  content: Blob | OwnBytes | string | undefined,
): ReturnType<LagTransport['send']> =>
  new Promise((resolve) => {
    const fail = (progress: LagTransportFailure['progress'], cause: unknown) => resolve(err({ progress, cause }));
    const stopListening = onAbort(signal, () => xhr.abort());
    const body = readWhileReceived(xhr);
    xhr.onreadystatechange = () => {
      // On a failure the state goes from `OPENED` to `DONE`.
      if (xhr.readyState !== XMLHttpRequest.HEADERS_RECEIVED) return;
      const isRedirected = xhr.responseURL !== new URL(url).href;
      resolve(ok(isRedirected ? REDIRECTED : { status: xhr.status, headers: headersOf(xhr), body }));
      if (isRedirected) xhr.abort();
    };
    // Whether anything was sent, browsers do not say.
    xhr.addEventListener('error', () => fail('unknown', new TypeError('the request failed')));
    xhr.addEventListener('abort', () => fail('unknown', signal?.reason));
    xhr.addEventListener('loadend', stopListening);
    try {
      xhr.send(content ?? null);
    } catch (cause) {
      stopListening();
      fail('unknown', cause);
    }
  });

/** What came from elsewhere is no response of Lag's: status 0, as fetch has it. */
const REDIRECTED: LagTransportResponse = { status: 0, headers: { get: () => null }, body: null };

/** Only what the server exposes: asking for another header by name would be reported in the console. */
const headersOf = (xhr: XMLHttpRequest): LagHeaders => {
  const headers = new Map<string, string>();
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { get: (name) => headers.get(name.toLowerCase()) ?? null };
};

/** The text of a response as bytes while it arrives, so that reading ends at the limit. */
const readWhileReceived = (xhr: XMLHttpRequest): ByteSource => {
  const encoder = new TextEncoder();
  let taken = 0;
  let isFailed = false;
  let wake = () => {};
  const fail = () => {
    isFailed = true;
    wake();
  };
  xhr.addEventListener('progress', () => wake());
  xhr.addEventListener('load', () => wake());
  xhr.addEventListener('error', fail);
  xhr.addEventListener('abort', fail);
  const read = async () => {
    for (;;) {
      if (isFailed) throw new TypeError('the connection broke inside of the response');
      const text = xhr.responseText.slice(taken);
      taken += text.length;
      if (text) return { done: false, value: encoder.encode(text) };
      if (xhr.readyState === XMLHttpRequest.DONE) return { done: true };
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { getReader: () => ({ read, cancel: async () => xhr.abort() }) };
};
