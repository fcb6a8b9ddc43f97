import fc from 'fast-check';

// One of any code point. `unit: 'binary'` gives the same, and sets up a table of all of them first, which takes a second.
const codePoint = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** Texts of any characters there are, without halves of a surrogate pair. */
export const anyText = ({ minLength = 0 } = {}): fc.Arbitrary<string> => fc.string({ unit: codePoint, minLength });
