import { fieldsOf } from '../fields-of.js';
import { invalidInput, ownFields } from '../invalid-input.js';
import { IMAGE_MAX_BYTES } from '../models/images.js';
import { readBytes } from '../transports/read-bytes.js';
import type { ByteSource, UploadPart } from '../pipeline/transport.js';
import { readBlob } from './read-blob.js';

/**
 * The bytes of an image, at most 25 MiB. `uploadImage` sends a `Blob` without reading it into memory: in Node,
 * `fs.openAsBlob(path)` makes one.
 */
export type ImageSource = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/** What to know of an image besides its bytes. */
export interface ImageSourceOptions {
  /** Used instead of what the `Blob`, its file name or the first bytes say. */
  readonly contentType?: string | undefined;
}

/** An image that is ready to be sent. */
export interface ImageFile {
  /** Bytes, or a `Blob` of this realm that is read while it is sent. */
  readonly content: UploadPart;
  /** Read instead of `content` by transports that send pieces. */
  readonly pieces?: (() => AsyncIterable<Uint8Array>) | undefined;
  readonly name: string;
  readonly type: string;
}

const UNKNOWN_TYPE = 'application/octet-stream';

/** Reads what a source is, and its bytes unless a `Blob` can be sent as it is. Throws for what is not an image source. */
export const readImage = async (
  source: ImageSource,
  details: (ImageSourceOptions & { readonly filename?: string | undefined }) | undefined,
  signal: AbortSignal,
): Promise<ImageFile> => {
  const { filename, contentType } = ownFields(details);
  requireText('filename', filename);
  requireText('contentType', contentType);
  const content = await readContent(source, signal);
  const { name: ownName, type: ownType } = fieldsOf(source);
  const name = textOr(filename) ?? textOr(ownName);
  const type =
    textOr(contentType) ??
    textOr(ownType) ??
    typeOfName(name ?? '') ??
    typeOfBytes(await firstBytes(content)) ??
    UNKNOWN_TYPE;
  return { content, name: name ?? defaultName(type), type: isHeaderValue(type) ? type : UNKNOWN_TYPE };
};

const readContent = async (source: unknown, signal: AbortSignal): Promise<UploadPart> => {
  if (isByteSource(source)) {
    const { bytes, isTruncated } = await readBytes(source, { maxBytes: IMAGE_MAX_BYTES, signal });
    requireSize(isTruncated ? Infinity : bytes.length);
    return bytes;
  }
  if (isBuffer(source)) {
    requireSize(source.byteLength);
    return copyBytes(source);
  }
  if (!isBlob(source)) throw invalidInput('invalid source: pass a Blob, bytes or a stream of bytes');
  requireSize(source.size);
  // A Blob of another realm or library would be sent as `[object Blob]`.
  if (source instanceof Blob) return source;
  const bytes = await readBlob(source);
  requireSize(bytes.length);
  return bytes;
};

const requireSize = (bytes: number): void => {
  if (bytes > IMAGE_MAX_BYTES) throw invalidInput(`invalid source: more than 25 MiB (${IMAGE_MAX_BYTES} bytes)`);
};

const isByteSource = (source: unknown): source is ByteSource => typeof fieldsOf(source).getReader === 'function';

/** Bytes of any realm. */
const isBuffer = (source: unknown): source is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(source) || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source));

/** A copy: the caller may change the bytes, and no fetch takes shared memory. Throws if the buffer was transferred away. */
const copyBytes = (source: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source),
  );

/** A Blob of any realm or library. */
const isBlob = (source: unknown): source is Blob => {
  const { size, arrayBuffer, stream } = fieldsOf(source);
  return typeof size === 'number' && (source instanceof Blob || typeof (arrayBuffer ?? stream) === 'function');
};

/** Throws unless a detail that was given is text. */
export const requireText = (name: string, value: unknown): void => {
  if (value !== undefined && typeof value !== 'string') throw invalidInput(`invalid ${name}: pass a string`);
};

const textOr = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);

/** Whether a content type can be written into a header. */
const isHeaderValue = (type: string): boolean => /^[\u0020-\u007e]+$/.test(type);

const defaultName = (type: string): string => {
  const [, format] = /^image\/(png|jpeg|gif|webp|heic|heif)$/.exec(type) ?? [];
  return format === undefined ? 'image' : `image.${format}`;
};

const typeOfName = (filename: string): string | undefined => {
  const extension = /\.(png|jpe?g|gif|webp|heic|heif)$/i.exec(filename)?.[1]?.toLowerCase();
  if (extension === undefined) return undefined;
  return extension === 'jpg' ? 'image/jpeg' : `image/${extension}`;
};

const FIRST_BYTES = 12;

const firstBytes = async (content: UploadPart): Promise<Uint8Array> =>
  ArrayBuffer.isView(content) ? content.subarray(0, FIRST_BYTES) : readBlob(content.slice(0, FIRST_BYTES));

/** The content type that the first bytes of a file say. */
const typeOfBytes = (bytes: Uint8Array): string | undefined => {
  const start = String.fromCharCode(...bytes);
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  if (/^RIFF.{4}WEBP/s.test(start)) return 'image/webp';
  if (/^.{4}ftyphe[iv][cxms]/s.test(start)) return 'image/heic';
  return /^.{4}ftypm[is]f1/s.test(start) ? 'image/heif' : undefined;
};
