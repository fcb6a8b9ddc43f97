import type { UploadBody, UploadProgress } from '../pipeline/transport.js';

// A socket takes a longer piece only when all before it was written. A shorter one may wait in its buffer.
const SOCKET_BUFFER_BYTES = 65_536;

/**
 * The pieces of an upload, for undici to iterate. With `takesPieces` undici waits until its socket has written a long
 * piece, so that the source may fill the same memory again; otherwise each piece is copied.
 */
export async function* sendPieces(
  { pieces, size }: UploadBody,
  takesPieces: boolean,
  onProgress: ((progress: UploadProgress) => unknown) | undefined,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of pieces()) {
    yield takesPieces && piece.length >= SOCKET_BUFFER_BYTES ? piece : new Uint8Array(piece);
    sent += piece.length;
    onProgress?.({ sent, total: size });
  }
}
