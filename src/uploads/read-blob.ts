import type { OwnBytes } from '../pipeline/transport.js';

import { readBytes } from '../transports/read-bytes.js';

/** The bytes of a Blob, however much of the standard its realm or library knows. */
export const readBlob = async (blob: Blob): Promise<OwnBytes> => {
  if (typeof blob.arrayBuffer === 'function') return new Uint8Array(await blob.arrayBuffer());
  if (typeof blob.stream === 'function') return (await readBytes(blob.stream(), { maxBytes: blob.size })).bytes;
  // jsdom has neither.
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer)); // readAsArrayBuffer gives one
    reader.onerror = () => reject(reader.error ?? new Error('the Blob cannot be read'));
    reader.readAsArrayBuffer(blob);
  });
};

/** The pieces of a Blob, read one after the other. */
export async function* readBlobPieces(blob: Blob): AsyncGenerator<Uint8Array> {
  if (typeof blob.stream !== 'function') return yield await readBlob(blob);
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
