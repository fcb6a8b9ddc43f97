import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import { model } from './model.js';

export const MentionSchema = /*#__PURE__*/ model({
  type: text as OpenText<'user' | 'robot'>,
  id: text,
  name: text,
});

/** Someone that a message mentions. */
export interface Mention extends v.InferOutput<typeof MentionSchema> {}
