import { err, ResultAsync, type Result } from 'neverthrow';
import type { CallOptions, LagContext, ContextState } from '../context.js';
import { lagError, setFields, type LagError } from '../errors.js';
import { call, type Operation } from '../call.js';
import { invalid, settingsOf, toInvalidInput } from '../call-options.js';
import { sleep } from '../pipeline/sleep.js';
import { aborted } from '../pipeline/timeout.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * The bytes of an image, at most 25 MiB. `uploadImage` sends a `Blob` without reading it into memory: in Node,
 * `fs.openAsBlob(path)` makes one.
 */
export type ImageSource = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/** What to know of an image beside its bytes. */
export interface ImageSourceOptions {
  /** Instead of what the `Blob`, its file name or the first bytes say. */
  readonly contentType?: string | undefined;
}

interface Details extends ImageSourceOptions {
  readonly filename?: string | undefined;
}

/** The image as a `Blob` of the right type, and what to call it. */
type ToBody<D> = (blob: Blob, filename: string, details: D) => unknown;

const MAX_BYTES = 25 * 1024 * 1024;

/** Reads an image, makes a body of it and sends that: all of it within the signal and the deadline of the call. */
export const upload = <T, D extends Details>(
  ctx: LagContext,
  operation: Operation<T>,
  source: ImageSource,
  details: D | undefined,
  toBody: ToBody<D>,
  options: CallOptions | undefined,
): LagResult<T> => new ResultAsync(run(ctx as ContextState, operation, source, details, toBody, options));

const run = async <T, D extends Details>(
  ctx: ContextState,
  operation: Operation<T>,
  source: ImageSource,
  details: D | undefined,
  toBody: ToBody<D>,
  options: CallOptions | undefined,
): Promise<Result<T, LagError>> => {
  const endsReading = new AbortController();
  const end = () => endsReading.abort();
  const startedAt = performance.now();
  let error: LagError;
  try {
    // What will be refused is, before its source is touched.
    if (ctx.fail || ctx.robot) return await call(ctx, operation, options);
    const { deadlineMs } = { ...ctx.settings, ...settingsOf(options ?? {}) };
    const signal = options?.signal;
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    const body = await Promise.race([
      read(source, details ?? ({} as D), toBody, endsReading.signal),
      sleep(deadlineMs, endsReading.signal),
    ]).finally(() => {
      end();
      signal?.removeEventListener('abort', end);
    });
    const leftMs = deadlineMs - (performance.now() - startedAt);
    if (!signal?.aborted && body && leftMs >= 1)
      return await call(ctx, { ...operation, body }, { ...options, deadlineMs: leftMs });
    error = signal?.aborted ? aborted(signal) : lagError('timeout', `not read within ${deadlineMs} ms`);
  } catch (thrown) {
    error = toInvalidInput(thrown);
  }
  const { method, path } = operation;
  return err(setFields(error, { method, path: path || undefined }));
};

const read = async <D extends Details>(
  source: ImageSource,
  details: D,
  toBody: ToBody<D>,
  ended: AbortSignal,
): Promise<unknown> => {
  if (ended.aborted) return undefined;
  const blob = await toBlob(source, ended);
  const { name } = source as { name?: unknown };
  const filename = details.filename || (typeof name === 'string' ? name : '');
  const type =
    details.contentType || blob.type || typeOfName(filename) || (await typeOfBytes(blob)) || 'application/octet-stream';
  return toBody(
    // Slicing is how a Blob gets another type without being read.
    blob.type === type ? blob : blob.slice(0, blob.size, type),
    filename || `image${/^image\/(png|jpeg|gif|webp|heic|heif)$/.test(type) ? type.replace('image/', '.') : ''}`,
    details,
  );
};

const toBlob = async (source: ImageSource, ended: AbortSignal): Promise<Blob> => {
  if ('getReader' in source) return new Blob(await readStream(source, ended));
  if (source instanceof Blob) {
    checkSize(source.size);
    return source;
  }
  if (!(source instanceof Uint8Array || source instanceof ArrayBuffer)) throw invalid('source');
  checkSize(source.byteLength);
  // A copy, because a Blob does not take shared memory; it throws for what was transferred away.
  return new Blob([source instanceof ArrayBuffer ? source : new Uint8Array(source)]);
};

const checkSize = (bytes: number): void => {
  if (bytes > MAX_BYTES) throw invalid('source: more than 25 MiB');
};

// A stream that yields nothing for ever would keep timers from firing.
const MAX_EMPTY_CHUNKS = 1000;

const readStream = async (
  stream: ReadableStream<Uint8Array>,
  ended: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>[]> => {
  const reader = stream.getReader();
  const release = () => {
    try {
      reader.cancel().catch(() => {});
      reader.releaseLock();
    } catch {
      // It is over already.
    }
  };
  ended.addEventListener('abort', release);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let emptyChunks = 0; emptyChunks < MAX_EMPTY_CHUNKS;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    if (!(value instanceof Uint8Array)) throw invalid('source: not bytes');
    checkSize((size += value.byteLength));
    // A copy, because some streams use their buffer again.
    chunks.push(new Uint8Array(value));
    emptyChunks = value.byteLength ? 0 : emptyChunks + 1;
  }
  throw invalid('source: endless');
};

const typeOfName = (filename: string): string => {
  const extension = /\.(png|jpe?g|gif|webp|heic|heif)$/i.exec(filename)?.[1]?.toLowerCase();
  return extension ? `image/${extension.replace('jpg', 'jpeg')}` : '';
};

const typeOfBytes = async (blob: Blob): Promise<string> => {
  const start = String.fromCharCode(...new Uint8Array(await blob.slice(0, 12).arrayBuffer()));
  if (/^\x89PNG/.test(start)) return 'image/png';
  if (/^\xff\xd8\xff/.test(start)) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  if (/^RIFF.{4}WEBP/s.test(start)) return 'image/webp';
  if (/^.{4}ftyphe[iv][cxms]/s.test(start)) return 'image/heic';
  return /^.{4}ftypm[is]f1/s.test(start) ? 'image/heif' : '';
};

/** The body of avatars and server icons. */
export const toBase64Body = async (blob: Blob): Promise<unknown> => ({
  image: toBase64(new Uint8Array(await blob.arrayBuffer())),
  contentType: blob.type,
});

// As many bytes as a call takes as arguments, and a multiple of three, so that the pieces can be joined.
const PIECE = 24_576;

const toBase64 = (bytes: Uint8Array & { toBase64?(): string }): string => {
  if (bytes.toBase64) return bytes.toBase64();
  let encoded = '';
  for (let start = 0; start < bytes.length; start += PIECE)
    encoded += btoa(String.fromCharCode(...bytes.subarray(start, start + PIECE)));
  return encoded;
};
