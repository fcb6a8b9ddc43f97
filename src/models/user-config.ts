import type * as v from 'valibot';
import { flag, optionalFlag } from './common.js';
import { dictionary, model } from './model.js';

export const UserConfigSchema = /*#__PURE__*/ model({
  /** By the feature's name. */
  features: /*#__PURE__*/ dictionary(/*#__PURE__*/ model({ enabled: flag, beta: optionalFlag })),
});

/** The features that are switched on for the caller. */
export interface UserConfig extends v.InferOutput<typeof UserConfigSchema> {}
