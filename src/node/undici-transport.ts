import type * as undici from 'undici';
import { pipeline, type Duplex, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { err, errAsync, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagError } from '../errors.js';
import { invalid, toInvalidInput } from '../call-options.js';
import { fetchTransport, MAX_BODY } from '../transports/fetch.js';
import type { LagHandler, LagRequest, LagResult } from '../pipeline/types.js';
import { multipart } from './multipart.js';

/** Options of `undiciTransport`. One that makes no sense makes every call an `invalid_input` error. */
export interface UndiciTransportOptions {
  /** Most sockets for one origin: no limit. */
  readonly connections?: number | undefined;
  /**
   * Most calls under way on one socket: 1. With more, the next one goes out when the headers of the last answer are here.
   * `0` closes a socket after its answer.
   */
  readonly pipelining?: number | undefined;
  /** `true` to go by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or the `http:` or `https:` URL of a proxy. */
  readonly proxy?: boolean | string | undefined;
  /** Whether a server may choose HTTP/2; undici 7 does not unless told, undici 8 does. */
  readonly allowH2?: boolean | undefined;
  /** Your own dispatcher instead of one made of the other options. `close()` leaves it open. */
  readonly dispatcher?: undici.Dispatcher | undefined;
}

/** A transport that keeps sockets open between calls. An idle socket does not keep the process alive. */
export interface UndiciTransport extends LagHandler {
  /** Lets calls under way end, then closes the sockets. A call after it is an `invalid_input` error. */
  readonly close: () => LagResult<void>;
}

/**
 * A transport over undici's `request`, for Node at full speed: `createContext(token, { transport: undiciTransport() })`.
 * `undici` 7 or 8 must be installed beside this package. It asks for no compression, but takes it where `headers` of the
 * context ask for it.
 */
export function undiciTransport(options?: UndiciTransportOptions): UndiciTransport {
  const opened = open(options);
  let isClosed = false;
  const handle: LagHandler = (request) =>
    isClosed
      ? errAsync(lagError('invalid_input', 'the transport is closed'))
      : new ResultAsync(opened).andThen(({ send }) => send(request));
  const close = (): LagResult<void> => {
    isClosed = true;
    return new ResultAsync(opened).andThen(({ shut }) => ResultAsync.fromSafePromise(shut()));
  };
  return Object.assign(handle, { close });
}

interface Pool {
  readonly send: LagHandler;
  /** Never rejects. */
  readonly shut: () => Promise<void>;
}

const open = async (options: UndiciTransportOptions | undefined): Promise<Result<Pool, LagError>> => {
  try {
    const library = await load();
    const own = options?.dispatcher;
    const dispatcher = own ?? makeDispatcher(library, options ?? {});
    if (typeof dispatcher.request !== 'function') throw invalid('dispatcher');
    return ok({
      send: transportOver(dispatcher, !own),
      // Closing twice is closing once.
      shut: async () => {
        if (!own) await dispatcher.close().catch(() => {});
      },
    });
  } catch (thrown) {
    return err(toInvalidInput(thrown));
  }
};

type Undici = typeof undici;

// Loaded when it is asked for, because the rest of this entry does without.
const load = async (): Promise<Undici> => {
  try {
    return await import('undici');
  } catch (thrown) {
    throw lagError('invalid_input', 'undici must be installed beside lagclient', { cause: thrown });
  }
};

const makeDispatcher = (
  { Agent, EnvHttpProxyAgent, ProxyAgent }: Undici,
  { connections, pipelining, proxy, allowH2 }: UndiciTransportOptions,
): undici.Dispatcher => {
  if (!isCount(connections, 1)) throw invalid('connections');
  if (!isCount(pipelining, 0)) throw invalid('pipelining');
  if (typeof (allowH2 ?? false) !== 'boolean') throw invalid('allowH2');
  const settings = { connections, pipelining, allowH2 } as undici.Agent.Options;
  if (!proxy) return new Agent(settings);
  try {
    return proxy === true ? new EnvHttpProxyAgent(settings) : new ProxyAgent({ ...settings, uri: proxy });
  } catch {
    // What was given is not repeated: it may hold a password.
    throw invalid('proxy');
  }
};

const isCount = (value: number | undefined, least: number): boolean =>
  value === undefined || (Number.isInteger(value) && value >= least);

const transportOver = (dispatcher: undici.Dispatcher, isOurs: boolean): LagHandler =>
  fetchTransport({
    fetch: async (url, init) => {
      const { method, headers, body, signal, stream } = init as LagRequest;
      const pathAt = url.indexOf('/', 'https://'.length);
      const form = body instanceof FormData ? multipart(body, isOurs) : undefined;
      const answer = await dispatcher.request({
        origin: url.slice(0, pathAt),
        path: url.slice(pathAt),
        method,
        headers: form ? { ...headers, ...form.headers } : headers,
        body: form ? (form.body as never) : (body as string),
        signal: signal ?? null,
        // The pipeline has its own, and these would end a call that has no limit.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return toResponse(answer, stream) as Response;
    },
  });

/** As much of a `Response` as `fetchTransport` uses. */
const toResponse = (
  { statusCode: status, headers, body }: undici.Dispatcher.ResponseData,
  stream: boolean,
): Partial<Response> => {
  const decoder = decoders.get(String(headers['content-encoding']).toLowerCase())?.();
  // An error reaches whoever reads the end of it.
  const readable = decoder ? pipeline(body, decoder, () => {}) : body;
  const ok = status >= 200 && status < 300;
  return {
    status,
    ok,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null } as Headers,
    // What says that it is short is not counted.
    text: () => (!decoder && Number(headers['content-length']) <= MAX_BODY ? body.text() : readText(readable)),
    // A stream costs more than the text of it.
    body: status === 204 || (ok && !stream) ? null : toWeb(readable),
  };
};

const readText = async (body: Readable): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let left = MAX_BODY;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};

// `Readable.toWeb` throws into the void when it is cancelled while a chunk is under way.
const toWeb = (body: Readable): Response['body'] => {
  const chunks = body.on('error', () => {})[Symbol.asyncIterator]() as AsyncIterator<Uint8Array<ArrayBuffer>>;
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void body.destroy(),
    },
    { highWaterMark: 0 },
  );
};

// Each chunk at once, and the empty body too: this is what fetch does.
const asItComes = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

// What is coded otherwise reads as a body that is not JSON, as it does with fetch.
const decoders = /*#__PURE__*/ new Map<string, () => Duplex>([
  [
    'br',
    () =>
      createBrotliDecompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      }),
  ],
  ['deflate', () => createInflate(asItComes)],
  ['gzip', () => createGunzip(asItComes)],
]);
