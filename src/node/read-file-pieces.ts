import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';

const PIECE_BYTES = 262_144;

/**
 * The bytes of a file, each piece in the same memory. Throws if it is no longer the file of which these are the stats, as a
 * `Blob` of it does: all attempts send the same bytes.
 */
export async function* readFilePieces(path: string, { size, mtimeMs }: Stats): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const now = await file.stat();
    if (now.size !== size || now.mtimeMs !== mtimeMs) throw new Error('the file has changed since the call began');
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, size));
    for (let start = 0; start < size;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, size - start), start);
      if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
      yield buffer.subarray(0, bytesRead);
      start += bytesRead;
    }
  } finally {
    await file.close();
  }
}
