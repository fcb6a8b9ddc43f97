/** What the first bytes of an image say about it. */
export interface ImageFormat {
  readonly contentType: string;
  /** `null` if the first bytes do not hold it. */
  readonly width: number | null;
  readonly height: number | null;
}

/** This many first bytes are enough for `imageFormat`. */
export const FORMAT_BYTES = 32;

/** Content types by the brand of a HEIF file, which follows the four letters `ftyp`. */
const HEIF_TYPES: ReadonlyMap<string, string> = new Map([
  ['heic', 'image/heic'],
  ['heix', 'image/heic'],
  ['mif1', 'image/heif'],
  ['msf1', 'image/heif'],
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
]);

/** The format of an image, from its first bytes; `undefined` if they are not an image. */
export const imageFormat = (bytes: Uint8Array): ImageFormat | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  const sized = (contentType: string, minLength: number, read: () => readonly [number, number]): ImageFormat => {
    if (bytes.length < minLength) return unsized(contentType);
    const [width, height] = read();
    return { contentType, width, height };
  };

  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n')
    return sized('image/png', 24, () => [view.getUint32(16), view.getUint32(20)]);
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a')
    return sized('image/gif', 10, () => [view.getUint16(6, true), view.getUint16(8, true)]);
  if (ascii(0, 3) === '\xff\xd8\xff') return unsized('image/jpeg');
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return unsized('image/webp');
  const heif = ascii(4, 8) === 'ftyp' ? HEIF_TYPES.get(ascii(8, 12)) : undefined;
  return heif === undefined ? undefined : unsized(heif);
};

const unsized = (contentType: string): ImageFormat => ({ contentType, width: null, height: null });
