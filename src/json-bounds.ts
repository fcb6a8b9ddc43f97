/** Below this, a text is parsed faster than anybody notices, whatever is in it. */
const SMALL_LENGTH = 100_000;

/** How deep lists and objects may lie in each other. */
const MAX_DEPTH = 100;

/** How many values a text may hold, unless lists may be longer: enough for the longest list of members. */
const MAX_VALUES = 100_000;

const VALUES_PER_ITEM = 10;

/**
 * What makes a JSON text too much work, or `undefined`. Parsing cannot be interrupted, and a few megabytes of brackets or
 * short names would keep the event loop for a second; looking for them takes milliseconds.
 */
export const findExcess = (text: string, maxItems: number): string | undefined => {
  if (text.length < SMALL_LENGTH) return undefined;
  const maxValues = Math.max(MAX_VALUES, maxItems * VALUES_PER_ITEM);
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text[index]) {
      case '"':
        index = endOfString(text, index);
        break;
      case '[':
      case '{':
        values++;
        if (++depth > MAX_DEPTH) return `more than ${MAX_DEPTH} lists and objects in each other`;
        break;
      case ']':
      case '}':
        depth--;
        break;
      case ',':
        values++;
        break;
      default:
    }
    if (values > maxValues) return `more than ${maxValues} values; raise maxItems to allow more`;
  }
  return undefined;
};

/** The index of the quote that ends a string, or the end of the text. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
};
