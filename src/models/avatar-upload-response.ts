import type * as v from 'valibot';
import { text } from './common.js';
import { model } from './model.js';

export const AvatarUploadResponseSchema = /*#__PURE__*/ model({
  avatarUrl: text,
});

/** Where the new avatar is. */
export interface AvatarUploadResponse extends v.InferOutput<typeof AvatarUploadResponseSchema> {}
