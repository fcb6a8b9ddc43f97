import type * as v from 'valibot';
import { flag } from './common.js';
import { model } from './model.js';

export const OkSchema = /*#__PURE__*/ model({
  ok: flag,
});

/** That it was done, where there is nothing else to say. */
export interface Ok extends v.InferOutput<typeof OkSchema> {}
