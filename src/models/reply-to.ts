import type * as v from 'valibot';
import { maybeText, optionalFlag, optionalMaybeText, text } from './common.js';
import { model } from './model.js';

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
