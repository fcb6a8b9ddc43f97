import { pipeline, type Duplex, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type * as undici from 'undici';
import type { LagError } from '../errors.js';
import { invalidInput, toInvalidInput } from '../invalid-input.js';
import type { LagResult } from '../pipeline/types.js';
import { toFetchFailure } from '../transports/fetch-failure.js';
import type { ByteSource, LagTransport, LagTransportResponse, UploadBody } from '../pipeline/transport.js';

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
export interface UndiciTransport extends LagTransport {
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
  return {
    send: async (request) => {
      if (isClosed) return err({ progress: 'refused', cause: invalidInput('the transport is closed') });
      const pool = await opened;
      return pool.isOk() ? pool.value.send(request) : err({ progress: 'refused', cause: pool.error });
    },
    close: () => {
      isClosed = true;
      return new ResultAsync(opened).andThen(({ shut }) => ResultAsync.fromSafePromise(shut()));
    },
  };
}

interface Pool {
  readonly send: LagTransport['send'];
  /** Never rejects. */
  readonly shut: () => Promise<void>;
}

const open = async (options: UndiciTransportOptions | undefined): Promise<Result<Pool, LagError>> => {
  try {
    const library = await load();
    const own = options?.dispatcher;
    const dispatcher = own ?? makeDispatcher(library, options ?? {});
    if (typeof dispatcher.request !== 'function') throw invalidInput('invalid dispatcher');
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
    throw invalidInput('undici must be installed beside lagclient', thrown);
  }
};

const makeDispatcher = (
  { Agent, EnvHttpProxyAgent, ProxyAgent }: Undici,
  { connections, pipelining, proxy, allowH2 }: UndiciTransportOptions,
): undici.Dispatcher => {
  if (!isCount(connections, 1)) throw invalidInput('invalid connections');
  if (!isCount(pipelining, 0)) throw invalidInput('invalid pipelining');
  if (typeof (allowH2 ?? false) !== 'boolean') throw invalidInput('invalid allowH2');
  const settings = { connections, pipelining, allowH2 } as undici.Agent.Options;
  if (!proxy) return new Agent(settings);
  try {
    return proxy === true ? new EnvHttpProxyAgent(settings) : new ProxyAgent({ ...settings, uri: proxy });
  } catch {
    // What was given is not repeated: it may hold a password.
    throw invalidInput('invalid proxy');
  }
};

const isCount = (value: number | undefined, least: number): boolean =>
  value === undefined || (Number.isInteger(value) && value >= least);

const piecesFor = (body: UploadBody, isOurs: boolean): AsyncIterable<Uint8Array> =>
  isOurs ? body.pieces() : copyPieces(body.pieces());

/** Copies: the user's own dispatcher may keep a piece for longer than until the next one. */
async function* copyPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}

const transportOver =
  (dispatcher: undici.Dispatcher, isOurs: boolean): LagTransport['send'] =>
  async ({ method, url, headers, body, signal, onUploadProgress }) => {
    try {
      const pathAt = url.indexOf('/', 'https://'.length);
      const isUpload = typeof body === 'object';
      const response = await dispatcher.request({
        origin: url.slice(0, pathAt),
        path: url.slice(pathAt),
        method,
        headers: isUpload ? { ...headers, 'content-length': String(body.size) } : headers,
        body: isUpload ? (piecesFor(body, isOurs) as never) : (body ?? null),
        signal: signal ?? null,
        // The pipeline has its own, and these would end a call that has no limit.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      if (isUpload) onUploadProgress?.({ sent: body.size, total: body.size });
      return ok(toResponse(response));
    } catch (cause) {
      return err(toFetchFailure(cause));
    }
  };

const toResponse = ({ statusCode: status, headers, body }: undici.Dispatcher.ResponseData): LagTransportResponse => {
  const decoder = decoders.get(String(headers['content-encoding']).toLowerCase())?.();
  // An error reaches whoever reads the end of it.
  const readable = decoder ? pipeline(body, decoder, () => {}) : body;
  return {
    status,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null },
    body: status === 204 ? null : toWeb(readable),
  };
};

// `Readable.toWeb` throws into the void when it is cancelled while a chunk is under way.
const toWeb = (body: Readable): ByteSource => {
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
