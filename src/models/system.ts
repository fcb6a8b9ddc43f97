import type * as v from 'valibot';
import { text, type OpenText, flag, optionalFlag } from './fields.js';
import { model, dictionary } from './model.js';

export const HealthSchema = /*#__PURE__*/ model({
  status: text as OpenText<'ok'>,
  version: text,
  timestamp: text,
});

/** That the server is up, and which version of it. */
export interface Health extends v.InferOutput<typeof HealthSchema> {}

export const VersionSchema = /*#__PURE__*/ model({
  version: text,
});

/** The server's version. */
export interface Version extends v.InferOutput<typeof VersionSchema> {}

export const SystemStatusSchema = /*#__PURE__*/ model({
  upgrading: flag,
  outage: flag,
  waitlist: flag,
});

/** What is known to be going on with the service. */
export interface SystemStatus extends v.InferOutput<typeof SystemStatusSchema> {}

export const UserConfigSchema = /*#__PURE__*/ model({
  /** By the feature's name. */
  features: /*#__PURE__*/ dictionary(/*#__PURE__*/ model({ enabled: flag, beta: optionalFlag })),
});

/** The features that are switched on for the caller. */
export interface UserConfig extends v.InferOutput<typeof UserConfigSchema> {}
