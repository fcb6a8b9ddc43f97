import type * as v from 'valibot';
import { maybeText, number, text } from './common.js';
import { model } from './model.js';

export const ServerSchema = /*#__PURE__*/ model({
  id: text,
  name: text,
  iconUrl: maybeText,
  iconEmoji: maybeText,
  ownerId: text,
  memberCount: number,
  /** ISO 8601. */
  createdAt: text,
});

/** A server: a community with rooms and members. */
export interface Server extends v.InferOutput<typeof ServerSchema> {}

/** A server to create. */
export interface CreateServerBody {
  readonly name: string;
  readonly iconEmoji?: string | null | undefined;
}

/** What to change of a server; what is absent stays, `null` takes away. */
export interface UpdateServerBody {
  readonly name?: string | undefined;
  readonly iconUrl?: string | null | undefined;
  readonly iconEmoji?: string | null | undefined;
}
