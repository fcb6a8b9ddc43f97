import * as v from 'valibot';
import { nullableText, optionalText, text, type Open, type Text } from './fields.js';
import type { RobotId, ServerId, UserId } from './ids.js';
import type { RobotPermission } from './robots.js';

/** The user who owns a token. */
export interface UserIdentity {
  readonly kind: 'user';
  readonly id: UserId;
  /** The username if the user chose no other name. */
  readonly displayName: string;
  readonly avatarUrl: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  readonly username: string;
}

/** The robot that owns a key. */
export interface RobotIdentity {
  readonly kind: 'robot';
  readonly id: RobotId;
  /** The robot's name. */
  readonly displayName: string;
  readonly avatarUrl: string | null;
  /** ISO 8601. */
  readonly createdAt: string | null;
  /** The only server that it belongs to. */
  readonly serverId: ServerId;
  readonly permissions: readonly Open<RobotPermission>[];
  readonly active: boolean;
}

/** The owner of a token; narrow it by `kind`. */
export type Identity = UserIdentity | RobotIdentity;

/** What `getIdentity` needs of `GET /users/me`. */
export interface UserIdentityResponse {
  id: UserId;
  username: string;
  displayName?: string | null | undefined;
  avatarUrl: string | null;
  /** ISO 8601. */
  createdAt?: string | null | undefined;
}

/** What `getIdentity` needs of `GET /users/me`. */
export const UserIdentityResponseSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<UserId>,
  username: text,
  displayName: optionalText,
  avatarUrl: nullableText,
  createdAt: optionalText,
});
