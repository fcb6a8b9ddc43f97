import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import { model } from './model.js';

export const HealthSchema = /*#__PURE__*/ model({
  status: text as OpenText<'ok'>,
  version: text,
  timestamp: text,
});

/** That the server is up, and which version of it. */
export interface Health extends v.InferOutput<typeof HealthSchema> {}
