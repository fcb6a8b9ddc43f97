import * as v from 'valibot';
import { refuse } from '../world/refusal.js';
import { messagesBefore } from '../world/messages.js';
import type { MessageRow } from '../world/rows.js';
import { toIso } from '../world/time.js';
import type { World } from '../world/world.js';
import type { RouteContext } from './context.js';
import { text, textUpTo } from './fields.js';

// Bodies and pages that room messages and direct messages share.

const MAX_CONTENT_LENGTH = 2000;
const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

export const SendSchema = v.object({
  content: v.nullish(textUpTo(MAX_CONTENT_LENGTH)),
  replyToId: v.nullish(v.string()),
  imageId: v.nullish(v.string()),
});

export const EditSchema = v.object({ content: text(1, MAX_CONTENT_LENGTH) });

/** The page that the query asks for, in the API's shape. */
export const readPage = <T>(
  world: World,
  c: RouteContext,
  messages: readonly MessageRow[],
  view: (message: MessageRow) => T,
): { messages: T[]; hasMore: boolean; nextCursor: string | null } => {
  const { messageOrder, cursorOnLastPage } = world.settings.quirks;
  const { page, hasMore } = messagesBefore(messages, requireCursor(c), requireLimit(c));
  const [oldest] = page;
  const hasCursor = oldest && (hasMore || cursorOnLastPage);
  return {
    messages: (messageOrder === 'oldest-first' ? page : page.toReversed()).map(view),
    hasMore,
    nextCursor: hasCursor ? toIso(oldest.createdAt) : null,
  };
};

const requireLimit = (c: RouteContext): number => {
  const limit = c.req.query('limit') ?? String(DEFAULT_PAGE_SIZE);
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1) refuse(400, 'query.limit: must be a whole number from 1 to 100');
  return Math.min(Number(limit), MAX_PAGE_SIZE);
};

/** Time that messages must be older than. */
const requireCursor = (c: RouteContext): number => {
  const cursor = c.req.query('cursor');
  if (!cursor) return Infinity;
  const before = Date.parse(cursor);
  return Number.isNaN(before) ? refuse(400, 'query.cursor: must be an ISO 8601 time') : before;
};
