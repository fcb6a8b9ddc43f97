import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagError } from './errors.js';
import { invalidInput, ownFields, toInvalidInput } from './invalid-input.js';
import type { LagResult } from './pipeline/types.js';

/** One page of a walk. Pages go back in time; the items inside one are oldest first. */
export interface Page<T> {
  readonly items: T[];
  readonly hasMore: boolean;
  /** Pass it as `cursor` to a new walk to continue after this page; `null` on the last one. */
  readonly nextCursor: string | null;
}

/** What a walk yields: `Result`s, and nothing more after the first `Err`. It never throws. */
export type LagIterable<T> = AsyncGenerator<Result<T, LagError>, void, undefined>;

/** The items of pages, one by one, newest first. Stops asking for pages when you leave the loop. */
export async function* iterateItems<T>(pages: AsyncIterable<Result<Page<T>, LagError>>): LagIterable<T> {
  try {
    for await (const page of pages) {
      if (page.isErr()) return yield err(page.error);
      for (const item of [...page.value.items].reverse()) yield ok(item);
    }
  } catch (thrown) {
    yield err(toInvalidInput(thrown, 'the pages cannot be read'));
  }
}

/**
 * The items of pages that are not older than a time, newest first: a walk back to it. Asks for no page behind the first
 * older item. `date` is a `Date`, a timestamp in milliseconds or a text that `Date` parses.
 */
export async function* itemsSince<T extends { readonly createdAt: string }>(
  pages: AsyncIterable<Result<Page<T>, LagError>>,
  date: Date | string | number,
): LagIterable<T> {
  try {
    const since = new Date(date).getTime();
    if (Number.isNaN(since)) throw invalidInput('invalid date: pass a Date, or a text that Date parses');
    for await (const item of iterateItems(pages)) {
      if (item.isOk() && Date.parse(item.value.createdAt) < since) return;
      yield item;
    }
  } catch (thrown) {
    yield err(toInvalidInput(thrown, 'the items cannot be read'));
  }
}

/** The newest `max` items of pages, newest first, or all of them with `Infinity`. Asks for no page more than it needs. */
export function collectItems<T>(pages: AsyncIterable<Result<Page<T>, LagError>>, max: number): LagResult<T[]> {
  return new ResultAsync(collect(pages, max));
}

const collect = async <T>(
  pages: AsyncIterable<Result<Page<T>, LagError>>,
  max: number,
): Promise<Result<T[], LagError>> => {
  if (!(max === Infinity || Number.isInteger(max)) || max < 0)
    return err(toInvalidInput(invalidInput('invalid max: pass a whole number, or Infinity for all')));
  const items: T[] = [];
  if (max < 1) return ok(items);
  for await (const item of iterateItems(pages)) {
    if (item.isErr()) return err(item.error);
    if (items.push(item.value) >= max) break;
  }
  return ok(items);
};

interface MessagePage<T> {
  readonly messages: T[];
  readonly hasMore?: boolean | null | undefined;
  readonly nextCursor?: string | null | undefined;
}

// A server that sends nothing and promises more would be asked forever.
const MAX_EMPTY_PAGES = 10;

// The API's cursors are times. One of 200 kB each page would fill the memory.
const MAX_CURSOR_LENGTH = 1000;

// So many are compared with the next one; a million messages.
const MAX_KNOWN_CURSORS = 10_000;

/** Walks from `query.cursor` to the end; `fetchPage` is a list operation that lacks only its query. */
export async function* walkPages<T, Query extends { readonly cursor?: string | null | undefined }>(
  fetchPage: (query: Query) => LagResult<MessagePage<T>>,
  query: Query | undefined,
): LagIterable<Page<T>> {
  try {
    let next = { ...query } as Query; // a copy, of which only the cursor changes
    const known = new Set([next.cursor]);
    for (let emptyPages = 0; emptyPages < MAX_EMPTY_PAGES;) {
      const result = await fetchPage(next);
      if (result.isErr()) return yield err(result.error);
      const { hasMore, nextCursor } = ownFields(result.value);
      const { messages } = result.value;
      // Servers that leave `hasMore` out give a cursor for as long as there is more.
      const isLast = hasMore === false || !nextCursor;
      yield ok({ items: messages, hasMore: !isLast, nextCursor: isLast ? null : nextCursor });
      if (isLast) return;
      if (nextCursor.length > MAX_CURSOR_LENGTH) {
        yield err(cursorError(`nextCursor is longer than ${MAX_CURSOR_LENGTH} characters`));
        return;
      }
      if (known.has(nextCursor)) break;
      known.add(nextCursor);
      const [oldest] = known;
      if (known.size > MAX_KNOWN_CURSORS) known.delete(oldest);
      next = { ...next, cursor: nextCursor };
      emptyPages = messages.length > 0 ? 0 : emptyPages + 1;
    }
    yield err(cursorError('the pages do not come to an end: a cursor or an empty page comes again and again'));
  } catch (thrown) {
    yield err(toInvalidInput(thrown, 'the query cannot be read'));
  }
}

const cursorError = (message: string): LagError =>
  lagError('invalid_response', message, { issues: [{ path: 'nextCursor', message }] });
