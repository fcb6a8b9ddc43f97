import type { Open } from './fields.js';
import type { RobotPermission } from './robots.js';

/** Who a token belongs to, when it is a user. */
export interface UserIdentity {
  readonly kind: 'user';
  readonly id: string;
  /** The username, where the user chose nothing else. */
  readonly displayName: string;
  readonly avatarUrl: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  readonly username: string;
}

/** Who a token belongs to, when it is a robot. */
export interface RobotIdentity {
  readonly kind: 'robot';
  readonly id: string;
  /** The robot's name. */
  readonly displayName: string;
  readonly avatarUrl: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  /** The one server it belongs to. */
  readonly serverId: string;
  readonly permissions: readonly Open<RobotPermission>[];
  readonly active: boolean;
}

/** Who a token belongs to; narrow it by `kind`. */
export type Identity = UserIdentity | RobotIdentity;
