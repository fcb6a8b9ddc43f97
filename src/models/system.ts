import * as v from 'valibot';
import { flag, optionalFlag, text, type Open, type OpenText } from './fields.js';

/** The server's state and version. */
export interface Health {
  status: Open<'ok'>;
  version: string;
  /** ISO 8601. */
  timestamp: string;
}

export const HealthSchema = /*#__PURE__*/ v.looseObject({
  status: text as OpenText<'ok'>,
  version: text,
  timestamp: text,
});

/** The server's version. */
export interface Version {
  version: string;
}

export const VersionSchema = /*#__PURE__*/ v.looseObject({ version: text });

/** Known problems of the service. */
export interface SystemStatus {
  upgrading: boolean;
  outage: boolean;
  waitlist: boolean;
}

export const SystemStatusSchema = /*#__PURE__*/ v.looseObject({
  upgrading: flag,
  outage: flag,
  waitlist: flag,
});

/** A feature that can be switched on or off. */
export interface Feature {
  enabled: boolean;
  beta?: boolean | null | undefined;
}

export const FeatureSchema = /*#__PURE__*/ v.looseObject({ enabled: flag, beta: optionalFlag });

/** The features that are available to the caller. */
export interface UserConfig {
  /** By the feature's name. */
  features: Record<string, Feature>;
}

export const UserConfigSchema = /*#__PURE__*/ v.looseObject({
  features: /*#__PURE__*/ v.record(text, FeatureSchema),
});
