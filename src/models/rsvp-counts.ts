import type * as v from 'valibot';
import { number } from './common.js';
import { model } from './model.js';

export const RsvpCountsSchema = /*#__PURE__*/ model({
  going: number,
  maybe: number,
  notGoing: number,
});

/** How many answered what to an event. */
export interface RsvpCounts extends v.InferOutput<typeof RsvpCountsSchema> {}
