import type { ImageFile } from './image-source.js';
import { readBlob } from './read-blob.js';
import type { ImageBody } from './upload.js';

// As many bytes as a call takes as arguments, and a multiple of three, so that the pieces can be joined.
const PIECE_BYTES = 24_576;

/** The body of avatars and server icons: JSON with the image in base64. */
export const toBase64Body = async ({ content, type }: ImageFile): Promise<ImageBody> => {
  const bytes = ArrayBuffer.isView(content) ? content : await readBlob(content);
  const image = toBase64(bytes);
  return { body: { image, contentType: type }, size: image.length };
};

const toBase64 = (bytes: Uint8Array & { toBase64?(): string }): string => {
  if (bytes.toBase64) return bytes.toBase64();
  let encoded = '';
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    encoded += btoa(String.fromCharCode(...bytes.subarray(start, start + PIECE_BYTES)));
  return encoded;
};
