import { yieldToTimers } from './yield-to-timers.js';
import type { ByteReader, ByteSource, OwnBytes } from '../pipeline/transport.js';

/** What was read of a body. */
export interface BytesRead {
  readonly bytes: OwnBytes;
  /** Whether there was more than was allowed. */
  readonly isTruncated: boolean;
}

const FIRST_BUFFER_BYTES = 4096;

// A stream whose pieces are there already would keep timers, deadlines and signals from firing.
const PIECES_BETWEEN_TURNS = 512;

// A stream that yields nothing forever would never end.
const MAX_EMPTY_PIECES = 1000;

/** How much to read. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether a part will do: reading then ends at the limit, and a source that fails gives what it gave before. */
  readonly isPartWanted?: boolean | undefined;
}

/**
 * Reads at most `maxBytes` of a source into one buffer, and lets go of the rest. Every body goes through here: responses,
 * uploads, webhooks. Rejects when the source fails, gives something other than bytes, or the signal aborts.
 */
export const readBytes = async (
  source: ByteSource,
  { maxBytes, signal, isPartWanted = false }: ReadLimits,
): Promise<BytesRead> => {
  const reader = source.getReader();
  const cancel = () => cancelQuietly(reader, signal?.reason);
  if (signal?.aborted) {
    cancel();
    throw new Error('reading was aborted');
  }
  signal?.addEventListener('abort', cancel);
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let size = 0;
  let emptyPieces = 0;
  const finish = (isTruncated: boolean): BytesRead => {
    if (isTruncated) {
      cancel();
      releaseQuietly(reader);
    }
    return { bytes: buffer.subarray(0, size), isTruncated };
  };
  try {
    for (let pieces = 1; ; pieces++) {
      const { done, value } = await reader.read();
      if (signal?.aborted) throw new Error('reading was aborted');
      if (done) return finish(false);
      const piece = toBytes(value);
      emptyPieces = piece.length > 0 ? 0 : emptyPieces + 1;
      if (emptyPieces > MAX_EMPTY_PIECES) throw new Error('the body has no end: it sends nothing but empty pieces');
      const taken = piece.subarray(0, maxBytes - size);
      if (size + taken.length > buffer.length) buffer = grow(buffer, size + taken.length);
      // A copy, because some streams use their buffer again.
      buffer.set(taken, size);
      size += taken.length;
      if (taken.length < piece.length || (isPartWanted && size >= maxBytes)) return finish(true);
      if (pieces % PIECES_BETWEEN_TURNS === 0) await yieldToTimers();
    }
  } catch (thrown) {
    if (isPartWanted) return finish(true);
    cancel();
    releaseQuietly(reader);
    throw thrown;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
};

/** Reads at most `maxBytes` of a body as text. */
export const readText = async (
  body: ByteSource | string | null,
  limits: ReadLimits,
): Promise<{ readonly text: string; readonly isTruncated: boolean }> => {
  const { maxBytes } = limits;
  if (body === null) return { text: '', isTruncated: false };
  if (typeof body === 'string') return { text: body.slice(0, maxBytes), isTruncated: body.length > maxBytes };
  const { bytes, isTruncated } = takeBytes(body, maxBytes) ?? (await readBytes(body, limits));
  // In one piece, because engines decode the pieces of a stream several times slower.
  return { text: decoder.decode(bytes), isTruncated };
};

const decoder = /*#__PURE__*/ new TextDecoder();

/** What has arrived as a whole needs no reader. */
const takeBytes = (
  { bytes }: ByteSource,
  maxBytes: number,
): (Omit<BytesRead, 'bytes'> & { readonly bytes: Uint8Array }) | undefined =>
  // Bun's streams have a method of this name.
  ArrayBuffer.isView(bytes) ? { bytes: bytes.subarray(0, maxBytes), isTruncated: bytes.length > maxBytes } : undefined;

/** Lets go of a body that nobody reads. */
export const discard = (source: ByteSource): void => cancelQuietly(source.getReader(), undefined);

/** A view on the bytes of a piece, which may come from another realm. */
const toBytes = (piece: unknown): Uint8Array => {
  if (!ArrayBuffer.isView(piece)) throw new TypeError('a piece of the body is not bytes');
  return piece instanceof Uint8Array ? piece : new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
};

const grow = (buffer: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> => {
  const grown = new Uint8Array(Math.max(needed, buffer.length * 2));
  grown.set(buffer);
  return grown;
};

/** Lets go of a stream of the caller's. */
const releaseQuietly = (reader: ByteReader): void => {
  try {
    reader.releaseLock?.();
  } catch {
    // A read is under way; the stream ends with it.
  }
};

/** Cancels without waiting: a source may never settle it. */
const cancelQuietly = (reader: ByteReader, reason: unknown): void => {
  try {
    Promise.resolve(reader.cancel(reason)).catch(() => {});
  } catch {
    // A foreign reader may throw; nobody reads from it anymore.
  }
};
