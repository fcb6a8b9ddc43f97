import { Permission } from '../../models/roles.js';
import type { RoleRow } from './rows.js';

// Lag keeps a role's permissions as bits of one number; nothing outside this file calculates with them.

export type PermissionName = keyof typeof Permission;

const NAMES = Object.keys(Permission) as PermissionName[]; // `Object.keys` forgets the type of the names.

export const combinePermissions = (...names: PermissionName[]): number =>
  names.reduce((sum, name) => sum + Permission[name], 0);

export const ALL_PERMISSIONS = combinePermissions(...NAMES);

export const hasPermission = (role: Pick<RoleRow, 'permissions'>, name: PermissionName): boolean =>
  Math.floor(role.permissions / Permission[name]) % 2 === 1;

/** Whether the role has every permission in `permissions`. */
export const hasEveryPermission = (role: RoleRow, permissions: number): boolean =>
  NAMES.every((name) => !hasPermission({ permissions }, name) || hasPermission(role, name));
