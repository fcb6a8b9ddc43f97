import type * as v from 'valibot';
import { flag, maybeText, number, text } from './common.js';
import { model } from './model.js';

export const InvitePreviewSchema = /*#__PURE__*/ model({
  serverName: text,
  serverIconUrl: maybeText,
  serverIconEmoji: maybeText,
  memberCount: number,
  memberLimit: number,
  isFull: flag,
  /** Whether the invite can be used now. */
  valid: flag,
});

/** What somebody with the code sees before joining. */
export interface InvitePreview extends v.InferOutput<typeof InvitePreviewSchema> {}
