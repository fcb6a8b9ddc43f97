import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import { model } from './model.js';

/** State of a friendship. */
export type FriendshipStatus = 'pending' | 'accepted' | 'blocked';

export const FriendshipSchema = /*#__PURE__*/ model({
  id: text,
  /** Who asked. */
  requesterId: text,
  /** Who was asked. */
  addresseeId: text,
  status: text as OpenText<FriendshipStatus>,
  /** ISO 8601. */
  createdAt: text,
  /** ISO 8601. */
  updatedAt: text,
});

/** What is between two users: a request, a friendship or a block. */
export interface Friendship extends v.InferOutput<typeof FriendshipSchema> {}
