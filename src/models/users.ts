import type * as v from 'valibot';
import { flag, maybeText, optionalFlag, optionalMaybeText, text, type OpenText } from './fields.js';
import { dictionary, model, optional } from './model.js';

/** Presence of a user. */
export type UserStatus = 'online' | 'offline' | 'in-game' | 'idle';

export const UserSchema = /*#__PURE__*/ model({
  id: text,
  username: text,
  /** What to show instead of `username`, where the user chose something. */
  displayName: maybeText,
  avatarUrl: maybeText,
  status: text as OpenText<UserStatus>,
  steamId: optionalMaybeText,
  /** ISO 8601. */
  createdAt: text,
  flags: /*#__PURE__*/ optional(
    /*#__PURE__*/ model({
      hasAccess: optionalFlag,
      suspended: optionalFlag,
      /** ISO 8601. */
      suspendedAt: optionalMaybeText,
      suspendedReason: optionalMaybeText,
      /** By the feature's name. */
      features: /*#__PURE__*/ optional(/*#__PURE__*/ dictionary(flag)),
    }),
  ),
});

/** A user. */
export interface User extends v.InferOutput<typeof UserSchema> {}

/** What to change of the caller's profile; what is absent stays. */
export interface UpdateUserBody {
  readonly displayName?: string | undefined;
  readonly avatarUrl?: string | undefined;
  /** `null` unlinks Steam. */
  readonly steamId?: string | null | undefined;
}

/** What a new account needs before it can be used. */
export interface SetupUserBody {
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl?: string | undefined;
}

/** A device that is to get push notifications. */
export interface PushTokenBody {
  readonly token: string;
  readonly platform: 'ios' | 'android';
}

export const AvatarUploadResponseSchema = /*#__PURE__*/ model({
  avatarUrl: text,
});

/** Where the new avatar is. */
export interface AvatarUploadResponse extends v.InferOutput<typeof AvatarUploadResponseSchema> {}

export const SteamActivitySchema = /*#__PURE__*/ model({
  gameName: maybeText,
});

/** The game that the caller plays on Steam, or `null`. */
export interface SteamActivity extends v.InferOutput<typeof SteamActivitySchema> {}

export const SteamProfileSchema = /*#__PURE__*/ model({
  steamId: text,
  personaName: maybeText,
  avatarUrl: maybeText,
  profileUrl: maybeText,
  /** The game that is being played. */
  gameName: maybeText,
});

/** A public Steam profile. */
export interface SteamProfile extends v.InferOutput<typeof SteamProfileSchema> {}

export const UsernameAvailabilitySchema = /*#__PURE__*/ model({
  available: flag,
});

/** Whether a username is free. */
export interface UsernameAvailability extends v.InferOutput<typeof UsernameAvailabilitySchema> {}

export const AcknowledgementSchema = /*#__PURE__*/ model({
  ok: flag,
});

/** That it was done, where there is nothing else to say. */
export interface Acknowledgement extends v.InferOutput<typeof AcknowledgementSchema> {}
