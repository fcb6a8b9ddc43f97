import { yieldToTimers } from '../transports/yield-to-timers.js';
import type { ImageFile } from './image-source.js';
import { readBlob } from './read-blob.js';
import type { ImageBody } from './upload.js';

// As many bytes as a call takes as arguments, and a multiple of three, so that the pieces can be joined.
const PIECE_BYTES = 24_576;

const PIECES_BETWEEN_TURNS = 32;

/** The body of avatars and server icons: JSON with the image in base64. */
export const toBase64Body = async ({ content, type }: ImageFile): Promise<ImageBody> => {
  const bytes = ArrayBuffer.isView(content) ? content : await readBlob(content);
  const image = await toBase64(bytes);
  return { body: { image, contentType: type }, size: image.length };
};

const toBase64 = async (bytes: Uint8Array & { toBase64?(): string }): Promise<string> => {
  // Which takes milliseconds.
  if (bytes.toBase64) return bytes.toBase64();
  const encoded: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    encoded.push(btoa(String.fromCharCode(...bytes.subarray(start, start + PIECE_BYTES))));
    // 25 MiB take a second.
    if (encoded.length % PIECES_BETWEEN_TURNS === 0) await yieldToTimers();
  }
  return encoded.join('');
};
