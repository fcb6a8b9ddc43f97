import { open } from 'node:fs/promises';

const PIECE_BYTES = 262_144;

/**
 * The bytes of a file, read while they are sent. Two buffers are filled in turn, so that 25 MiB take no more memory than
 * 512 KiB: a piece is overwritten after the next one.
 */
export async function* readFilePieces(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffers = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
    for (let start = 0; start < size;)
      for (const buffer of buffers) {
        if (start >= size) return;
        const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, size - start), start);
        if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
        yield buffer.subarray(0, bytesRead);
        start += bytesRead;
      }
  } finally {
    await file.close();
  }
}
