const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const FIRST_BUFFER_BYTES = 4096;

/** Cuts a stream of server-sent events at its blank lines. */
export interface BlockSplitter {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(piece: Uint8Array): void;
}

export interface BlockSplitterOptions {
  /** Longest block, in bytes. */
  readonly maxBytes: number;
  /** Takes a complete block with its blank line. */
  readonly onBlock: (text: string) => void;
  /** Takes the beginning of a block that is too long, once its end has come. */
  readonly onOversize: (beginning: string) => void;
}

/** Keeps one block at a time, of at most `maxBytes`; drops the rest of a block that is longer. */
export const createBlockSplitter = ({ maxBytes, onBlock, onOversize }: BlockSplitterOptions): BlockSplitter => {
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  let size = 0;
  let isOversize = false;
  let isLineEmpty = true;
  let isAfterCarriageReturn = false;

  const append = (bytes: Uint8Array) => {
    const taken = bytes.subarray(0, maxBytes - size);
    if (taken.length < bytes.length) isOversize = true;
    if (size + taken.length > buffer.length) buffer = grow(buffer, size + taken.length);
    buffer.set(taken, size);
    size += taken.length;
  };

  const endBlock = () => {
    // Decoded from a copy of its own, so that no part of it keeps more than itself alive.
    const text = new TextDecoder().decode(buffer.subarray(0, size));
    const wasOversize = isOversize;
    if (buffer.length > FIRST_BUFFER_BYTES) buffer = new Uint8Array(FIRST_BUFFER_BYTES);
    size = 0;
    isOversize = false;
    if (wasOversize) onOversize(text);
    else onBlock(text);
  };

  return {
    push: (piece) => {
      let start = 0;
      for (let index = 0; index < piece.length; index++) {
        const byte = piece[index];
        // The second half of a line end that was seen already.
        const isPairEnd = byte === LINE_FEED && isAfterCarriageReturn;
        isAfterCarriageReturn = byte === CARRIAGE_RETURN;
        if (isPairEnd) continue;
        const isLineEnd = byte === LINE_FEED || byte === CARRIAGE_RETURN;
        if (isLineEnd && isLineEmpty) {
          append(piece.subarray(start, index + 1));
          start = index + 1;
          endBlock();
        }
        isLineEmpty = isLineEnd;
      }
      append(piece.subarray(start));
    },
  };
};

const grow = (buffer: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> => {
  const grown = new Uint8Array(Math.max(needed, buffer.length * 2));
  grown.set(buffer);
  return grown;
};
