import type * as v from 'valibot';
import { flag } from './common.js';
import { model } from './model.js';

export const UsernameAvailabilitySchema = /*#__PURE__*/ model({
  available: flag,
});

/** Whether a username is free. */
export interface UsernameAvailability extends v.InferOutput<typeof UsernameAvailabilitySchema> {}
