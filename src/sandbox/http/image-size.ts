/** What the first bytes of an image say: null where they are no image, sizes only where they stand there. */
export const sniff = (bytes: Uint8Array): { width: number | null; height: number | null } | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') {
    return bytes.length >= 24 ? { width: view.getUint32(16), height: view.getUint32(20) } : unsized;
  }
  if (/^GIF8[79]a/.test(ascii(0, 6))) {
    return bytes.length >= 10 ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : unsized;
  }
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  const isWebp = ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP';
  const isHeif = /^ftyp(hei|mif|msf|avif)/.test(ascii(4, 12));
  return isJpeg || isWebp || isHeif ? unsized : null;
};

const unsized = { width: null, height: null };
