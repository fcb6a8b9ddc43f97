/** `!name args` in a message. */
export interface Command {
  /** In lower case. */
  readonly name: string;
  /** Words, or whatever stands between quotes. */
  readonly args: readonly string[];
  /** Everything after the name as it was written, with line breaks and quotes. */
  readonly text: string;
}

// Opening quotes, and what closes them: keyboards and languages differ.
const CLOSING_QUOTES: ReadonlyMap<string, string> = /*#__PURE__*/ new Map([
  ['"', '"'],
  ["'", "'’"],
  ['“', '”“"'],
  ['”', '”"'],
  ['„', '“”"'],
  ['‟', '”"'],
  ['‘', "’‘'"],
  ['’', '’'],
  ['‚', '‘’'],
  ['‛', '’'],
  ['«', '»'],
  ['»', '«»'],
  ['‹', '›'],
  ['›', '‹›'],
  ['「', '」'],
  ['『', '』'],
  ['＂', '＂'],
]);

// Spaces, and the zero-width characters and marks of direction that phones and copied texts leave at the ends of words. The
// joiner that emoji are made with is not among them.
const BLANK = /[\s\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;
const BLANKS = /*#__PURE__*/ new RegExp(BLANK, 'g');
// White space, of which the byte order mark is a part for JavaScript.
const SPACE = /[^\S\ufeff]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * The command in a text; `undefined` if there is none.
 *
 * Arguments are words, or anything between quotes of any language. `\"` and `\\` between straight quotes stand for the
 * character alone, and a comma after a quoted argument only separates it from the next.
 */
export const parseCommand = (text: string, prefix = '!'): Command | undefined => {
  if (typeof text !== 'string' || typeof prefix !== 'string') return undefined;
  const start = text.startsWith(prefix) ? 0 : skipInvisible(text);
  if (!text.startsWith(prefix, start)) return undefined;
  const nameStart = start + prefix.length;
  const nameEnd = wordEnd(text, nameStart);
  const name = text.slice(nameStart, nameEnd).replace(BLANKS, '').toLowerCase();
  if (name === '') return undefined;
  const rest = trimBlanks(text.slice(nameEnd));
  return { name, args: readArguments(rest), text: rest };
};

const readArguments = (text: string): string[] => {
  const args: string[] = [];
  // Opening quotes that nothing closes any more, so that no text is searched again and again.
  const unclosed = new Set<string>();
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at])) {
      at++;
      continue;
    }
    const quoted = readQuoted(text, at, unclosed);
    if (quoted) {
      args.push(quoted.value);
      at = quoted.end;
      continue;
    }
    const end = wordEnd(text, at);
    args.push(trimBlanks(text.slice(at, end)));
    at = end;
  }
  return args;
};

/** The argument between quotes that begins at a position, if one does. */
const readQuoted = (
  text: string,
  start: number,
  unclosed: Set<string>,
): { readonly value: string; readonly end: number } | undefined => {
  const opening = text[start] ?? '';
  const closing = CLOSING_QUOTES.get(opening);
  if (closing === undefined || unclosed.has(opening)) return undefined;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (opening === '"' && character === '\\') {
      at++;
    } else if (closing.includes(character)) {
      const end = separatorEnd(text, at + 1);
      if (end !== undefined) return { value: unquote(text.slice(start + 1, at), opening), end };
      if (!isApostrophe(text, at)) return undefined;
    }
  }
  unclosed.add(opening);
  return undefined;
};

/** Where the text goes on after a closing quote; `undefined` if what follows shows that it does not close anything. */
const separatorEnd = (text: string, at: number): number | undefined => {
  const isEnd = (position: number) => position >= text.length || isBlank(text[position]);
  if (isEnd(at)) return at;
  const isComma = text[at] === ',' || text[at] === ';';
  return isComma && (isEnd(at + 1) || CLOSING_QUOTES.has(text[at + 1] ?? '')) ? at + 1 : undefined;
};

/** Whether a quote stands within a word, as in `don't`. */
const isApostrophe = (text: string, at: number): boolean =>
  (text[at] === "'" || text[at] === '’') &&
  LETTER_OR_DIGIT.test(text[at - 1] ?? '') &&
  LETTER_OR_DIGIT.test(text[at + 1] ?? '');

const unquote = (inner: string, opening: string): string => {
  if (opening === '"') return inner.replace(/\\(["\\])/g, '$1');
  // French sets spaces within its quotes.
  return opening === '«' || opening === '‹' ? inner.trim() : inner;
};

const isBlank = (character: string | undefined): boolean => character !== undefined && BLANK.test(character);

const wordEnd = (text: string, start: number): number => {
  let end = start;
  while (end < text.length && !SPACE.test(text[end] ?? '')) end++;
  return end;
};

/** Where a text begins that has invisible characters in front of it; spaces are not among them. */
const skipInvisible = (text: string): number => {
  let at = 0;
  while (isBlank(text[at]) && !SPACE.test(text[at] ?? '')) at++;
  return at;
};

/** Cuts spaces and invisible characters at both ends. Not a pattern: those take quadratic time on long runs. */
const trimBlanks = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
};
