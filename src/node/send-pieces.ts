import type { UploadBody, UploadProgress } from '../pipeline/transport.js';

// A socket takes a longer piece only when all before it was written. A shorter one may wait in its buffer.
const SOCKET_BUFFER_BYTES = 65_536;

// As long as the pieces of a file.
const PROGRESS_STEP_BYTES = 262_144;

/**
 * The pieces of an upload, for undici to iterate. With `takesPieces` undici waits until its socket has written a long
 * piece, so that the source may fill the same memory again; otherwise each piece is copied.
 */
export async function* sendPieces(
  { pieces, size }: UploadBody,
  takesPieces: boolean,
  onProgress: ((progress: UploadProgress) => unknown) | undefined,
): AsyncGenerator<Uint8Array> {
  // Long pieces are divided for those who watch.
  const stepBytes = onProgress ? PROGRESS_STEP_BYTES : Infinity;
  let sent = 0;
  for await (const long of pieces()) {
    for (let start = 0; start < long.length; start += stepBytes) {
      const piece = long.subarray(start, start + stepBytes);
      yield takesPieces && piece.length >= SOCKET_BUFFER_BYTES ? piece : new Uint8Array(piece);
      sent += piece.length;
      onProgress?.({ sent, total: size });
    }
  }
}
