import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import type { RsvpStatus } from './event.js';
import { model } from './model.js';
import { RsvpCountsSchema } from './rsvp-counts.js';

export const RsvpResultSchema = /*#__PURE__*/ model({
  status: text as OpenText<RsvpStatus>,
  counts: RsvpCountsSchema,
});

/** The caller's answer to an event, and everybody's. */
export interface RsvpResult extends v.InferOutput<typeof RsvpResultSchema> {}
