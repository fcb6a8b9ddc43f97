import { requireMessage } from './access.js';
import { refuse } from './refusal.js';
import type { Caller, ImageRow, MessageRow } from './rows.js';
import type { World } from './world.js';

// What the messages of rooms and of direct conversations have in common.

/** What a caller wants to send. */
export interface Draft {
  readonly content?: string | null | undefined;
  readonly replyToId?: string | null | undefined;
  readonly imageId?: string | null | undefined;
}

/** Appends a message, at a millisecond of its own, because cursors are times. */
export const addMessage = (world: World, messages: MessageRow[], author: Caller, draft: Draft): MessageRow => {
  const content = draft.content ?? '';
  const image = draft.imageId ? requireOwnImage(world, author, draft.imageId) : null;
  if (!content.trim() && !image) refuse(400, 'body: content or imageId is needed');
  const replyTo = draft.replyToId ? requireMessage(messages, draft.replyToId) : null;
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

export const editMessage = (world: World, message: MessageRow, content: string): void => {
  message.content = content;
  message.editedAt = world.clock.now();
};

/** The newest `limit` messages that are older than `before`, oldest first, and whether there are older ones. */
export const messagesBefore = (messages: readonly MessageRow[], before: number, limit: number) => {
  const end = countOlder(messages, before);
  const start = Math.max(0, end - limit);
  return { page: messages.slice(start, end), hasMore: start > 0 };
};

/** How many messages are older than `before`, by binary search. */
const countOlder = (messages: readonly MessageRow[], before: number): number => {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = messages[middle];
    if (message && message.createdAt < before) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Id and names of the author, as messages show them. */
export const senderOf = (author: Caller) => {
  if (author.kind === 'user') return author.user;
  const { id, name, avatarUrl } = author.robot;
  return { id, username: name, displayName: name, avatarUrl };
};

export const isWrittenBy = (message: MessageRow, author: Caller): boolean =>
  senderOf(message.author).id === senderOf(author).id;

const requireOwnImage = (world: World, author: Caller, imageId: string): ImageRow => {
  const image = world.images.get(imageId) ?? refuse(404, 'Image not found');
  if (author.kind !== 'user' || author.user.id !== image.uploaderId)
    refuse(403, 'You can send only images that you uploaded');
  return image;
};
