import type * as v from 'valibot';
import { flag } from './common.js';
import { model } from './model.js';

export const InviteFriendResponseSchema = /*#__PURE__*/ model({
  sent: flag,
});

/** Whether the friend was sent the invite. */
export interface InviteFriendResponse extends v.InferOutput<typeof InviteFriendResponseSchema> {}
