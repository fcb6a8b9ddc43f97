import type * as v from 'valibot';
import { text, type OpenText } from './fields.js';
import { model } from './model.js';

/** Whether a guest was let in. */
export type GuestStatus = 'pending' | 'admitted' | 'rejected';

export const EventGuestSchema = /*#__PURE__*/ model({
  id: text,
  displayName: text,
  generatedUsername: text,
  status: text as OpenText<GuestStatus>,
  /** ISO 8601. */
  createdAt: text,
});

/** Somebody from outside of the server who wants to come to an event. */
export interface EventGuest extends v.InferOutput<typeof EventGuestSchema> {}

export const GuestDecisionSchema = /*#__PURE__*/ model({
  status: text as OpenText<GuestStatus>,
});

/** What was decided about a guest. */
export interface GuestDecision extends v.InferOutput<typeof GuestDecisionSchema> {}
