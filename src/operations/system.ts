import type { CallOptions } from '../call-options.js';
import type { LagContext, UserContext } from '../context.js';
import {
  HealthSchema,
  type Health,
  SystemStatusSchema,
  type SystemStatus,
  UserConfigSchema,
  type UserConfig,
  VersionSchema,
  type Version,
} from '../models/system.js';
import { call } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Tells whether the server is up, and which version of it.
 *
 * `GET /health`. Robots and users; no account needed.
 */
export function getHealth(ctx: LagContext, options?: CallOptions): LagResult<Health> {
  return call(ctx, { name: 'getHealth', path: '/health', robot: 'same', response: HealthSchema }, options);
}

/**
 * Gets the server's version.
 *
 * `GET /version`. Robots and users; no account needed.
 */
export function getVersion(ctx: LagContext, options?: CallOptions): LagResult<Version> {
  return call(ctx, { name: 'getVersion', path: '/version', robot: 'same', response: VersionSchema }, options);
}

/**
 * Gets what is known to be going on: upgrade, outage, waitlist.
 *
 * `GET /system-status`. Robots and users.
 */
export function getSystemStatus(ctx: LagContext, options?: CallOptions): LagResult<SystemStatus> {
  return call(
    ctx,
    {
      name: 'getSystemStatus',
      path: '/system-status',
      robot: 'same',
      response: SystemStatusSchema,
    },
    options,
  );
}

/**
 * Gets the features that are switched on for the caller.
 *
 * `GET /config`. Users only.
 */
export function getConfig(ctx: UserContext, options?: CallOptions): LagResult<UserConfig> {
  return call(ctx, { name: 'getConfig', path: '/config', response: UserConfigSchema }, options);
}
