import type * as v from 'valibot';
import { text } from './common.js';
import { model } from './model.js';

export const ServerIconUploadResponseSchema = /*#__PURE__*/ model({
  iconUrl: text,
});

/** Where the new icon is. */
export interface ServerIconUploadResponse extends v.InferOutput<typeof ServerIconUploadResponseSchema> {}
