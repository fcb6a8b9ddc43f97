import * as v from 'valibot';
import { text, type Open, type OpenText, type Text } from './fields.js';
import type { EventGuestId } from './ids.js';

/** Whether a guest was admitted. */
export type GuestStatus = 'pending' | 'admitted' | 'rejected';

/** Someone from outside the server who wants to join an event. */
export interface EventGuest {
  id: EventGuestId;
  displayName: string;
  generatedUsername: string;
  status: Open<GuestStatus>;
  /** ISO 8601. */
  createdAt: string;
}

export const EventGuestSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<EventGuestId>,
  displayName: text,
  generatedUsername: text,
  status: text as OpenText<GuestStatus>,
  createdAt: text,
});

/** The guests of an event, as `GET /servers/:serverId/events/:eventId/guests` returns them. */
export interface EventGuestList {
  guests: EventGuest[];
}

export const EventGuestListSchema = /*#__PURE__*/ v.looseObject({
  guests: /*#__PURE__*/ v.array(EventGuestSchema),
});

/** The decision about a guest. */
export interface GuestDecision {
  status: Open<GuestStatus>;
}

export const GuestDecisionSchema = /*#__PURE__*/ v.looseObject({
  status: text as OpenText<GuestStatus>,
});
