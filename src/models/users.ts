import * as v from 'valibot';
import {
  flag,
  nullableText,
  optionalFlag,
  optionalText,
  requiredText,
  text,
  type Open,
  type OpenText,
  type Text,
} from './fields.js';
import type { UserId } from './ids.js';

/** The presence of a user. */
export type UserStatus = 'online' | 'offline' | 'in-game' | 'idle';

/** What an account may do. */
export interface UserFlags {
  hasAccess?: boolean | null | undefined;
  suspended?: boolean | null | undefined;
  /** ISO 8601. */
  suspendedAt?: string | null | undefined;
  suspendedReason?: string | null | undefined;
  /** By the feature's name. */
  features?: Record<string, boolean> | null | undefined;
}

export const UserFlagsSchema = /*#__PURE__*/ v.looseObject({
  hasAccess: optionalFlag,
  suspended: optionalFlag,
  suspendedAt: optionalText,
  suspendedReason: optionalText,
  features: /*#__PURE__*/ v.nullish(/*#__PURE__*/ v.record(text, flag)),
});

/** A user. */
export interface User {
  id: UserId;
  username: string;
  /** The name to show instead of `username`, if the user chose one. */
  displayName: string | null;
  avatarUrl: string | null;
  status: Open<UserStatus>;
  steamId?: string | null | undefined;
  /** ISO 8601. */
  createdAt: string;
  flags?: UserFlags | null | undefined;
}

export const UserSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<UserId>,
  username: text,
  displayName: nullableText,
  avatarUrl: nullableText,
  status: text as OpenText<UserStatus>,
  steamId: optionalText,
  createdAt: text,
  flags: /*#__PURE__*/ v.nullish(UserFlagsSchema),
});

export const UserListSchema = /*#__PURE__*/ v.array(UserSchema);

/** What to change in the caller's profile. Absent fields stay as they are. */
export interface UpdateUserBody {
  readonly displayName?: string | undefined;
  readonly avatarUrl?: string | undefined;
  /** `null` unlinks Steam. */
  readonly steamId?: string | null | undefined;
}

export const UpdateUserBodySchema = /*#__PURE__*/ v.object({
  displayName: /*#__PURE__*/ v.optional(text),
  avatarUrl: /*#__PURE__*/ v.optional(text),
  steamId: optionalText,
});

/** What a new account needs before it can be used. */
export interface SetupUserBody {
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl?: string | undefined;
}

export const SetupUserBodySchema = /*#__PURE__*/ v.object({
  username: requiredText,
  displayName: requiredText,
  avatarUrl: /*#__PURE__*/ v.optional(text),
});

/** A device that should receive push notifications. */
export interface PushTokenBody {
  readonly token: string;
  readonly platform: 'ios' | 'android';
}

export const PushTokenBodySchema = /*#__PURE__*/ v.object({
  token: requiredText,
  platform: /*#__PURE__*/ v.picklist(['ios', 'android']),
});

/** The device that should no longer receive push notifications. */
export interface RemovePushTokenBody {
  readonly token: string;
}

export const RemovePushTokenBodySchema = /*#__PURE__*/ v.object({ token: requiredText });

/** The Steam avatar to use. */
export interface ImportSteamAvatarBody {
  readonly avatarUrl: string;
}

export const ImportSteamAvatarBodySchema = /*#__PURE__*/ v.object({ avatarUrl: requiredText });

/** The URL of the new avatar. */
export interface AvatarUploadResponse {
  avatarUrl: string;
}

export const AvatarUploadResponseSchema = /*#__PURE__*/ v.looseObject({ avatarUrl: text });

/** What the caller plays on Steam. */
export interface SteamActivity {
  /** `null` when no game is running. */
  gameName: string | null;
}

export const SteamActivitySchema = /*#__PURE__*/ v.looseObject({ gameName: nullableText });

/** A public Steam profile. */
export interface SteamProfile {
  steamId: string;
  personaName: string | null;
  avatarUrl: string | null;
  profileUrl: string | null;
  /** The game that is being played. */
  gameName: string | null;
}

export const SteamProfileSchema = /*#__PURE__*/ v.looseObject({
  steamId: text,
  personaName: nullableText,
  avatarUrl: nullableText,
  profileUrl: nullableText,
  gameName: nullableText,
});

/** Whether a username is free. */
export interface UsernameAvailability {
  available: boolean;
}

export const UsernameAvailabilitySchema = /*#__PURE__*/ v.looseObject({ available: flag });

/** Confirms an operation that has nothing else to return. */
export interface Acknowledgement {
  ok: boolean;
}

export const AcknowledgementSchema = /*#__PURE__*/ v.looseObject({ ok: flag });
