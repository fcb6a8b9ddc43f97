import * as v from 'valibot';
import { nullableText, optionalFlag, optionalText, positiveInteger, requiredText, text, type Text } from './fields.js';
import type { MessageId, RobotId, UserId } from './ids.js';

const MAX_CONTENT_LENGTH = 2000;
const MAX_PAGE_SIZE = 100;

/** The text of a message: 1 to 2000 characters. */
export const MessageContentSchema = /*#__PURE__*/ v.pipe(
  text,
  /*#__PURE__*/ v.minLength(1),
  /*#__PURE__*/ v.maxLength(MAX_CONTENT_LENGTH),
);

/** Which page of messages to get. */
export type CursorQuery = {
  // Not an interface, because that does not fit a record.
  /**
   * Messages per page, 1 to 100.
   *
   * @default 50
   */
  readonly limit?: number | undefined;
  /** The `nextCursor` of a page, to get the messages before that page; `null` is as if absent. */
  readonly cursor?: string | null | undefined;
};

export const CursorQuerySchema = /*#__PURE__*/ v.object({
  limit: /*#__PURE__*/ v.optional(/*#__PURE__*/ v.pipe(positiveInteger, /*#__PURE__*/ v.maxValue(MAX_PAGE_SIZE))),
  cursor: /*#__PURE__*/ v.nullish(requiredText),
});

/** A page of messages, oldest first. Pages go back in time. */
export interface MessagePage<T> {
  messages: T[];
  /** Whether there are older messages. Where it is absent, `nextCursor` says so. */
  hasMore?: boolean | null | undefined;
  /** The `cursor` for the page before this one; `null` or absent on the last page. */
  nextCursor?: string | null | undefined;
}

/** The schema of a page of messages. */
export const messagePage = <const Message extends v.GenericSchema>(message: Message) =>
  v.looseObject({
    messages: v.array(message),
    hasMore: optionalFlag,
    nextCursor: optionalText,
  });

/** The message that another one replies to. */
export interface ReplyTo {
  id: MessageId;
  /** Empty or `null` for a robot's message. */
  userId: UserId | null;
  username: string;
  displayName: string | null;
  content: string;
  robotId?: RobotId | null | undefined;
  robotName?: string | null | undefined;
  /** Whether a robot sent it. */
  isBot?: boolean | null | undefined;
}

export const ReplyToSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<MessageId>,
  userId: /*#__PURE__*/ v.nullable(text as Text<UserId>),
  username: text,
  displayName: nullableText,
  content: text,
  robotId: /*#__PURE__*/ v.nullish(text as Text<RobotId>),
  robotName: optionalText,
  isBot: optionalFlag,
});

/** The new text of a message. */
export interface EditMessageBody {
  /** 1 to 2000 characters. */
  readonly content: string;
}

export const EditMessageBodySchema = /*#__PURE__*/ v.object({ content: MessageContentSchema });
