import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { lagError, type LagError } from './errors.js';
import { invalid, toInvalidInput } from './call-options.js';
import type { LagResult } from './pipeline/types.js';

/** One page of a walk. Pages go back in time; the items inside one are oldest first. */
export interface Page<T> {
  readonly items: T[];
  readonly hasMore: boolean;
  /** Give it as `cursor` to a new walk to go on after this page; `null` on the last one. */
  readonly nextCursor: string | null;
}

/** What a walk yields: one `Result` after the other, nothing more after the first `Err`. It never throws. */
export type LagIterable<T> = AsyncGenerator<Result<T, LagError>, void, undefined>;

/** The items of pages, one by one. Stops asking for pages when the loop is left. */
export async function* iterateItems<T>(pages: AsyncIterable<Result<Page<T>, LagError>>): LagIterable<T> {
  try {
    for await (const page of pages) {
      if (page.isErr()) return yield err(page.error);
      for (const item of page.value.items) yield ok(item);
    }
  } catch (thrown) {
    yield err(toInvalidInput(thrown));
  }
}

/** The first `max` items of pages, or all of them with `Infinity`; asks for no page more than it needs. */
export function collectItems<T>(pages: AsyncIterable<Result<Page<T>, LagError>>, max: number): LagResult<T[]> {
  return new ResultAsync(collect(pages, max));
}

const collect = async <T>(
  pages: AsyncIterable<Result<Page<T>, LagError>>,
  max: number,
): Promise<Result<T[], LagError>> => {
  if (!(max === Infinity || Number.isInteger(max)) || max < 0) return err(invalid('max'));
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

// A server that answers nothing and promises more would be asked for ever.
const MAX_EMPTY_PAGES = 10;

/** Walks from `query.cursor` to the end; `fetchPage` is a list operation that lacks only its query. */
export async function* walkPages<T, Q extends { readonly cursor?: string | undefined }>(
  fetchPage: (query: Q) => LagResult<MessagePage<T>>,
  query: Q | undefined,
): LagIterable<Page<T>> {
  try {
    let next = { ...query } as Q;
    const seen = new Set([next.cursor]);
    for (let emptyPages = 0; emptyPages < MAX_EMPTY_PAGES;) {
      const answer = await fetchPage(next);
      if (answer.isErr()) return yield err(answer.error);
      const { messages, hasMore, nextCursor } = answer.value;
      const olderCursor = hasMore === false ? null : (nextCursor ?? null);
      yield ok({ items: messages, hasMore: olderCursor !== null, nextCursor: olderCursor });
      if (olderCursor === null) return;
      if (seen.has(olderCursor)) break;
      seen.add(olderCursor);
      next = { ...next, cursor: olderCursor };
      emptyPages = messages.length ? 0 : emptyPages + 1;
    }
    const message = 'the pages do not come to an end';
    yield err(lagError('invalid_response', message, { issues: [{ path: 'nextCursor', message }] }));
  } catch (thrown) {
    yield err(toInvalidInput(thrown));
  }
}
