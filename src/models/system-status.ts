import type * as v from 'valibot';
import { flag } from './common.js';
import { model } from './model.js';

export const SystemStatusSchema = /*#__PURE__*/ model({
  upgrading: flag,
  outage: flag,
  waitlist: flag,
});

/** What is known to be going on with the service. */
export interface SystemStatus extends v.InferOutput<typeof SystemStatusSchema> {}
