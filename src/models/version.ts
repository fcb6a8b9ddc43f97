import type * as v from 'valibot';
import { text } from './common.js';
import { model } from './model.js';

export const VersionSchema = /*#__PURE__*/ model({
  version: text,
});

/** The server's version. */
export interface Version extends v.InferOutput<typeof VersionSchema> {}
