import * as v from 'valibot';
import type { Context } from 'hono';
import { findMessage } from './access.js';
import { refuse } from '../http/requests.js';
import { iso } from '../views/views.js';
import type { Caller, ImageRow, MessageRow, World } from './world.js';

// What room messages and direct messages have in common.

export const ContentSchema = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== '', 'must not be empty'),
  v.maxLength(2000, 'must be at most 2000 characters long'),
);

export const SendSchema = v.object({
  content: v.nullish(v.pipe(v.string(), v.maxLength(2000, 'must be at most 2000 characters long'))),
  replyToId: v.nullish(v.string()),
  imageId: v.nullish(v.string()),
});

export const EditSchema = v.object({ content: ContentSchema });

/** The page that the query asks for: older than the cursor, oldest first inside. */
export const pageOf = <T>(c: Context, messages: readonly MessageRow[], view: (message: MessageRow) => T) => {
  const { limit = '50', cursor } = c.req.query();
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1) refuse(400, 'query.limit: must be a whole number from 1 to 100');
  const before = cursor ? Date.parse(cursor) : Infinity;
  if (Number.isNaN(before)) refuse(400, 'query.cursor: must be an ISO 8601 time');
  const end = countOlder(messages, before);
  const start = Math.max(0, end - Math.min(Number(limit), 100));
  const page = messages.slice(start, end);
  return {
    messages: page.map(view),
    hasMore: start > 0,
    nextCursor: start > 0 ? iso(page[0]!.createdAt) : null,
  };
};

const countOlder = (messages: readonly MessageRow[], before: number): number => {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.createdAt < before) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** A new message at the end of `messages`, at a millisecond of its own, because cursors are times. */
export const append = (
  world: World,
  messages: MessageRow[],
  author: Caller,
  body: v.InferOutput<typeof SendSchema>,
): MessageRow => {
  const content = body.content ?? '';
  const image = body.imageId ? imageOf(world, author, body.imageId) : null;
  if (!content.trim() && !image) refuse(400, 'body: content or imageId is needed');
  const replyTo = body.replyToId ? findMessage(messages, body.replyToId) : null;
  const message: MessageRow = {
    id: world.random.id(),
    author,
    content,
    createdAt: Math.max(world.clock.now(), (messages.at(-1)?.createdAt ?? 0) + 1),
    editedAt: null,
    replyTo,
    deleted: false,
    image,
  };
  messages.push(message);
  return message;
};

const imageOf = (world: World, author: Caller, imageId: string): ImageRow => {
  const image = world.images.get(imageId) ?? refuse(404, 'Image not found');
  if (author.kind !== 'user' || author.user.id !== image.uploaderId)
    refuse(403, 'Only who uploaded an image can send it');
  return image;
};

export const remove = (messages: MessageRow[], message: MessageRow): void => {
  message.deleted = true;
  messages.splice(messages.indexOf(message), 1);
};
