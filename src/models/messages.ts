import type * as v from 'valibot';
import { flag, maybeText, optionalFlag, optionalMaybeText, text } from './fields.js';
import { list, model, type Schema } from './model.js';

/** Which page of messages to give. */
export type CursorQuery = {
  // Not an interface, because that does not fit a record.
  /** Messages per page, 1 to 100: 50. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of a page, for the messages before it. */
  readonly cursor?: string | undefined;
};

/** A page of messages, oldest first. Pages go back in time. */
export interface MessagePage<T> {
  messages: T[];
  hasMore: boolean;
  /** The `cursor` for the page before this one; `null` on the last. */
  nextCursor: string | null;
}

/** The schema of a page of messages. */
export const messagePage = <Message>(message: Schema<Message>): Schema<MessagePage<Message>> =>
  model({
    messages: list(message),
    hasMore: flag,
    nextCursor: maybeText,
  });

export const ReplyToSchema = /*#__PURE__*/ model({
  id: text,
  /** Empty or `null` for a robot's message. */
  userId: maybeText,
  username: text,
  displayName: maybeText,
  content: text,
  robotId: optionalMaybeText,
  robotName: optionalMaybeText,
  isBot: optionalFlag,
});

/** The message that another one replies to. */
export interface ReplyTo extends v.InferOutput<typeof ReplyToSchema> {}

/** What to make of a message. */
export interface EditMessageBody {
  /** 1 to 2000 characters. */
  readonly content: string;
}
