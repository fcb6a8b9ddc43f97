import type * as v from 'valibot';
import { optionalText, text, type OpenText } from './common.js';
import type { EventStatus } from './event.js';
import { model } from './model.js';

export const CancelEventResponseSchema = /*#__PURE__*/ model({
  status: text as OpenText<EventStatus>,
  /** ISO 8601: when it is gone for good. */
  deletesAt: optionalText,
});

/** What became of a cancelled event. */
export interface CancelEventResponse extends v.InferOutput<typeof CancelEventResponseSchema> {}
