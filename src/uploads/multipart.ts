import type { UploadBody, UploadPart } from '../pipeline/transport.js';
import { requireText, type ImageFile } from './image-source.js';
import { readBlobPieces } from './read-blob.js';

/**
 * A form with one file, written by this package for every transport, because no fetch knows the `FormData` of every
 * realm. The fields come first, so that a server that streams knows them when the file arrives.
 */
export const encodeMultipart = (fields: Readonly<Record<string, string | undefined>>, file: ImageFile): UploadBody => {
  const boundary = `----lagclient-${randomHex()}${randomHex()}`;
  const encoder = new TextEncoder();
  let head = '';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    requireText(name, value);
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n`;
    // As browsers do.
    head += `${value.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`;
  }
  head += `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escapeName(file.name)}"\r\n`;
  head += `Content-Type: ${file.type}\r\n\r\n`;
  const parts: readonly UploadPart[] = [encoder.encode(head), file.content, encoder.encode(`\r\n--${boundary}--\r\n`)];
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: parts.reduce((sum, part) => sum + sizeOf(part), 0),
    parts,
    pieces: () => readPieces(parts, file),
  };
};

async function* readPieces(parts: readonly UploadPart[], file: ImageFile): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part === file.content && file.pieces) yield* file.pieces();
    else if (ArrayBuffer.isView(part)) yield part;
    else yield* readBlobPieces(part);
  }
}

const sizeOf = (part: UploadPart): number => (ArrayBuffer.isView(part) ? part.byteLength : part.size);

/**
 * Escapes a name as browsers do, so that it cannot end its quotes; also a backslash that would escape the quote or
 * another backslash for parsers that know such escapes.
 */
const escapeName = (name: string): string => name.replace(/[\r\n"]|\\(?=[\\"]|$)/g, (char) => encodeURIComponent(char));

// `crypto.randomUUID` is missing on pages without https.
const randomHex = (): string => Math.random().toString(16).slice(2).padEnd(13, '0');
