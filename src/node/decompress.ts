import { pipeline, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import type { ByteReader, ByteSource } from '../pipeline/transport.js';

// More than any server applies, and few enough that nested bombs cannot take memory without end.
const MAX_CODINGS = 4;

/**
 * A body without its content codings; the one that was applied last is undone first. As with fetch, a body in a coding that
 * is not known here stays as it is: servers call plain text `utf-8` or `none` there, too.
 */
export const decompress = (body: ByteSource, contentEncoding: string): ByteSource => {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0 || codings.length > MAX_CODINGS || codings.some((coding) => !decoders.has(coding)))
    return body;
  return { getReader: () => readDecompressed(body.getReader(), codings) };
};

const readDecompressed = (source: ByteReader, codings: readonly string[]): ByteReader => {
  let isCancelled = false;
  let chunks = readAll(source);
  for (const coding of codings.toReversed()) chunks = undoCoding(chunks, coding);
  return {
    read: async () => {
      try {
        const { done, value } = await chunks.next();
        return done || isCancelled ? { done: true } : { done: false, value };
      } catch (error) {
        // What is cut off while it is decoded fails in its own way.
        if (isCancelled) return { done: true };
        // The rest cannot be decoded either.
        await source.cancel();
        throw error;
      }
    },
    cancel: async (reason) => {
      isCancelled = true;
      // First, because the decoders end only when their source does.
      await source.cancel(reason);
      chunks.return(undefined).catch(() => {});
    },
  };
};

async function* readAll(source: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await source.read();
    if (done || !value) return;
    yield value;
  }
}

async function* undoCoding(chunks: AsyncGenerator<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  const first = await nextBytes(chunks);
  // A body of nothing is nothing, whatever its coding.
  if (!first) return;
  const decoder = decoders.get(coding)!(first); // Checked in `decompress`.
  // An error reaches whoever reads the end of the pipeline.
  const decoded: AsyncIterable<Uint8Array> = pipeline(Readable.from(startWith(first, chunks)), decoder, () => {});
  yield* decoded;
}

const nextBytes = async (chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array | undefined> => {
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
};

async function* startWith(first: Uint8Array, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* chunks;
}

type MakeDecoder = (first: Uint8Array) => Duplex;

// Each chunk is decoded as it comes, and a body that is cut off is what came of it: this is what fetch does.
const asItComes = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const brotliAsItComes = {
  flush: zlib.constants.BROTLI_OPERATION_FLUSH,
  finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
};

const gunzip: MakeDecoder = () => zlib.createGunzip(asItComes);

// Servers send both kinds. Of a zlib header, the low half of the first byte is 8.
const inflate: MakeDecoder = ([first = 0]) =>
  first % 16 === 8 ? zlib.createInflate(asItComes) : zlib.createInflateRaw(asItComes);

const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Duplex }; // Node 22.15 and later has it.

const decoders: ReadonlyMap<string, MakeDecoder> = /*#__PURE__*/ new Map<string, MakeDecoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', () => zlib.createBrotliDecompress(brotliAsItComes)],
  ...(createZstdDecompress ? [['zstd', () => createZstdDecompress()] as const] : []),
]);
