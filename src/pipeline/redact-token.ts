import { fieldsOf } from '../fields-of.js';
import { err } from 'neverthrow';
import type { LagError } from '../errors.js';
import type { Step } from './compose.js';
import { MAX_READ_LENGTH } from './describe-cause.js';

/** Replaces the token in texts of a server, proxy or custom fetch that repeats it. */
export interface Redactor {
  readonly redact: (text: string) => string;
  /** For a text that was cut off: an end that could be the start of the token is dropped first. */
  readonly redactCut: (text: string) => string;
}

const MAX_MESSAGE_LENGTH = 500;

// A shorter token could be a common word, and would corrupt messages.
const MIN_LENGTH = 8;

/** Finds the token as it is, escaped in JSON, percent-encoded and in base64. */
export const createRedactor = (token: string): Redactor => {
  if (token.length < MIN_LENGTH) return { redact: (text) => text, redactCut: (text) => text };
  const spellings = Array.from(token, anySpelling);
  // Made when the first error needs it.
  let whole: RegExp | undefined;
  const redact = (text: string): string => {
    whole ??= new RegExp([spellings.join(''), ...base64Forms(token).map(escapeRegExp)].join('|'), 'gi');
    return text.replace(whole, '<token>');
  };
  return { redact, redactCut: (text) => redact(dropStart(text, token, spellings)) };
};

/** A pattern for one character of the token: plain, backslashed, `\u005f` or `%5F`, each escaped again and again. */
const anySpelling = (char: string): string => {
  const hex = char.charCodeAt(0).toString(16).padStart(2, '0');
  return `(?:\\\\{0,8}${escapeRegExp(char)}|\\\\{1,8}u00${hex}|%(?:25){0,4}${hex})`;
};

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** What the token looks like inside of base64, at each of the three places where it may begin. */
const base64Forms = (token: string): string[] => {
  const forms = [0, 1, 2].map((offset) => {
    const encoded = btoa(' '.repeat(offset) + token);
    const firstOwn = Math.ceil((offset * 8) / 6);
    const afterLastOwn = Math.floor(((offset + token.length) * 8) / 6);
    return encoded.slice(firstOwn, afterLastOwn);
  });
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
};

/** A text without an end that could be the start of the token, in any spelling. */
const dropStart = (text: string, token: string, spellings: readonly string[]): string => {
  // Half an escape at the very end belongs to the character that was cut.
  const halfAnEscape = '(?:\\\\{1,8}u?[\\da-f]{0,3}|%(?:25){0,4}[\\da-f]?)?';
  const start = spellings.reduceRight((rest, spelling) => `${spelling}(?:${rest})?`, halfAnEscape);
  const plain = text.replace(new RegExp(`${start}${halfAnEscape}$`, 'i'), '');
  for (const form of base64Forms(token))
    for (let length = form.length; length >= MIN_LENGTH; length--)
      if (plain.endsWith(form.slice(0, length))) return plain.slice(0, -length);
  return plain;
};

/** Takes the token out of every error that leaves this step. */
export const redactToken =
  (redactor: Redactor): Step =>
  (next) =>
  async (request) => {
    const result = await next(request);
    return result.isErr() ? err(redactError(result.error, redactor)) : result;
  };

/** Redacts an error of this call, and the copy of what caused it, in place. */
const redactError = (error: LagError, redactor: Redactor): LagError => {
  redactTexts(error, redactor);
  // The reason of an abort is the caller's own and stays untouched.
  const cause = fieldsOf(error).cause;
  if (error.kind !== 'aborted' && cause instanceof Error) redactTexts(cause, redactor);
  return error;
};

/** A custom formatter of stacks may throw. */
const stackOf = (error: Error): unknown => {
  try {
    return error.stack;
  } catch {
    return undefined;
  }
};

const redactTexts = (error: Error, { redact, redactCut }: Redactor): void => {
  const { message } = error;
  const stack = stackOf(error);
  const { code } = fieldsOf(error);
  const shorten = (text: string) =>
    (text.length < MAX_READ_LENGTH ? redact(text) : redactCut(text)).slice(0, MAX_MESSAGE_LENGTH);
  // A custom formatter of stacks may have made something else than a text.
  Object.assign(error, typeof stack === 'string' && { stack: redact(stack) }, { message: shorten(message) });
  if (typeof code === 'string') Object.assign(error, { code: shorten(code) });
};
