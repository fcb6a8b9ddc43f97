export interface ImageSize {
  readonly width: number | null;
  readonly height: number | null;
}

const UNKNOWN_SIZE: ImageSize = { width: null, height: null };

const HEIF_BRANDS = ['ftyphei', 'ftypmif', 'ftypmsf', 'ftypavif'];

/** Width and height of an image from its first bytes, where they hold them; `null` if the bytes are not an image. */
export const imageSize = (bytes: Uint8Array): ImageSize | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n')
    return bytes.length >= 24 ? { width: view.getUint32(16), height: view.getUint32(20) } : UNKNOWN_SIZE;
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a')
    return bytes.length >= 10 ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : UNKNOWN_SIZE;
  const isJpeg = ascii(0, 3) === '\xff\xd8\xff';
  const isWebp = ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP';
  const isHeif = HEIF_BRANDS.some((brand) => ascii(4, 12).startsWith(brand));
  return isJpeg || isWebp || isHeif ? UNKNOWN_SIZE : null;
};
