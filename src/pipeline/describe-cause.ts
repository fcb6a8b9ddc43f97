import { fieldsOf } from '../fields-of.js';

/** What a failure of a runtime or library says, as plain texts. */
export interface CauseDescription {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly stack: string | undefined;
}

const MAX_DEPTH = 9;
const MAX_MESSAGES = 5;
/** How much of a text is read; the step that redacts the token cuts it further, so that it is not cut inside of a token. */
export const MAX_READ_LENGTH = 10_000;

/**
 * Name, message and code of what was thrown: of the innermost cause that has a message, because `fetch failed` alone does
 * not help anyone. Queries are cut out of URLs, because they may be private. Never throws.
 */
export const describeCause = (thrown: unknown): CauseDescription => {
  let name = 'Error';
  let message = '';
  let code: string | undefined;
  let stack: string | undefined;
  try {
    let inner: unknown = thrown;
    for (let depth = 0; depth < MAX_DEPTH && inner !== undefined && inner !== null; depth++) {
      const text = messageOf(inner);
      if (text) {
        message = text;
        name = readText(inner, 'name') ?? 'Error';
        stack = readText(inner, 'stack');
      }
      code = codeOf(inner) ?? code;
      inner = fieldsOf(inner).cause;
    }
  } catch {
    // What was read so far is kept.
  }
  return { name, message: shorten(message || name), code: code && shorten(code), stack: stack && cutQueries(stack) };
};

/** A plain copy of what was thrown: what a fetch throws may hold the request, and with it the token. */
export const toCause = (thrown: unknown): Error => {
  const { name, message, code, stack } = describeCause(thrown);
  const cause = new Error(message);
  if (name !== 'Error') cause.name = name;
  if (code !== undefined) Object.assign(cause, { code });
  cause.stack = stack ?? `${name}: ${message}`;
  return cause;
};

const messageOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { message, errors } = fieldsOf(value);
  const own = typeof message === 'string' ? message : '';
  // Of an AggregateError: one message per address that was tried.
  const inner = Array.isArray(errors) ? [...new Set(errors.slice(0, MAX_MESSAGES).map(messageOf))].join('; ') : '';
  return (
    own || inner || (value instanceof Error ? '' : `a thrown ${Object.prototype.toString.call(value).slice(8, -1)}`)
  );
};

const codeOf = (value: unknown): string | undefined => {
  const code = readText(value, 'code');
  if (code !== undefined) return code;
  const { errors } = fieldsOf(value);
  return Array.isArray(errors) ? errors.slice(0, MAX_MESSAGES).map(codeOf).find(Boolean) : undefined;
};

const readText = (value: unknown, field: 'name' | 'code' | 'stack'): string | undefined => {
  try {
    const text: unknown = fieldsOf(value)[field];
    return typeof text === 'string' && text ? text : undefined;
  } catch {
    return undefined;
  }
};

const shorten = (text: string): string => cutQueries(text.slice(0, MAX_READ_LENGTH));

/** Cuts the query out of each URL in a text: Deno and some fetches repeat the whole URL. */
export const cutQueries = (text: string): string => text.replace(/(https?:\/\/[^\s?"'<>]*)\?[^\s"'<>)]*/gi, '$1');
