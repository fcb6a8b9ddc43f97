import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import type { GuestStatus } from './event-guest.js';
import { model } from './model.js';

export const GuestDecisionSchema = /*#__PURE__*/ model({
  status: text as OpenText<GuestStatus>,
});

/** What was decided about a guest. */
export interface GuestDecision extends v.InferOutput<typeof GuestDecisionSchema> {}
