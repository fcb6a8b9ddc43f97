import { invalidInput } from './invalid-input.js';

/** Response headers, by case-insensitive name. */
export interface LagHeaders {
  get(name: string): string | null;
}

/** Headers by name, or pairs of name and value. */
export type LagHeadersInit =
  | Readonly<Record<string, string | undefined>>
  | Iterable<readonly [name: string, value: string]>;

// RFC 9110: the characters of a token.
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

// What fetch takes as a value: Latin-1 without NUL, CR and LF.
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Names that the SDK or the connection sets. A transport would refuse them, or send something else than was meant. */
const RESERVED: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Headers with lower-case names, checked without the platform's `Headers`: making the first one takes Node 20 ms. Throws
 * for a header that cannot be sent; the message does not repeat the value, which may be a secret.
 */
export const readHeaders = (headers: LagHeadersInit | null | undefined): Record<string, string> => {
  const checked = new Map<string, string>();
  for (const [given, value] of entriesOf(headers)) {
    if (value === undefined) continue;
    const name = String(given).toLowerCase();
    if (!NAME.test(name)) throw invalidInput('invalid headers: a name has characters that HTTP does not allow');
    if (RESERVED.has(name)) throw invalidInput(`invalid headers: ${name} is set by the SDK or the connection`);
    const text = String(value).trim();
    if (!VALUE.test(text)) throw invalidInput(`invalid headers: the value of ${name} is not one line of Latin-1 text`);
    checked.set(name, text);
  }
  return Object.fromEntries(checked);
};

const entriesOf = (headers: LagHeadersInit | null | undefined): Iterable<readonly [string, string | undefined]> => {
  if (headers === undefined || headers === null) return [];
  if (typeof headers !== 'object') throw invalidInput('invalid headers: pass an object of names and values');
  return Symbol.iterator in headers ? headers : Object.entries(headers);
};
