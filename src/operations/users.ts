import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { UserId } from '../models/ids.js';
import {
  AvatarUploadResponseSchema,
  type AvatarUploadResponse,
  AcknowledgementSchema,
  type Acknowledgement,
  SteamActivitySchema,
  type SteamActivity,
  SteamProfileSchema,
  type SteamProfile,
  UserSchema,
  UserListSchema,
  type PushTokenBody,
  type SetupUserBody,
  type UpdateUserBody,
  type User,
  UsernameAvailabilitySchema,
  type UsernameAvailability,
} from '../models/users.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';
import type { ImageSource, ImageSourceOptions } from '../uploads/image-source.js';
import { toBase64Body } from '../uploads/base64.js';
import { upload, type UploadOptions } from '../uploads/upload.js';

/**
 * Gets the caller.
 *
 * `GET /users/me`. Users only.
 */
export function getMe(ctx: UserContext, options?: CallOptions): LagResult<User> {
  return call(ctx, { name: 'getMe', path: '/users/me', response: UserSchema }, options);
}

/**
 * Changes the caller's profile.
 *
 * `PATCH /users/me`. Users only.
 */
export function updateMe(ctx: UserContext, body: UpdateUserBody, options?: CallOptions): LagResult<User> {
  return call(ctx, { name: 'updateMe', method: 'PATCH', path: '/users/me', body, response: UserSchema }, options);
}

/**
 * Gives a new account its username and display name.
 *
 * `POST /users/me/setup`. Users only.
 */
export function setupAccount(ctx: UserContext, body: SetupUserBody, options?: CallOptions): LagResult<User> {
  return call(
    ctx,
    { name: 'setupAccount', method: 'POST', path: '/users/me/setup', body, response: UserSchema },
    options,
  );
}

/**
 * Makes an image the caller's avatar.
 *
 * `POST /users/me/avatar`. Users only. More than 25 MiB, or a source that cannot be read, is `invalid_input`.
 */
export function uploadAvatar(
  ctx: UserContext,
  source: ImageSource,
  image?: ImageSourceOptions,
  options?: UploadOptions,
): LagResult<AvatarUploadResponse> {
  return upload(
    ctx,
    { name: 'uploadAvatar', method: 'POST', path: '/users/me/avatar', response: AvatarUploadResponseSchema },
    source,
    image,
    toBase64Body,
    options,
  );
}

/**
 * Sends the caller's push notifications to a device.
 *
 * `POST /users/me/push-token`. Users only.
 */
export function registerPushToken(
  ctx: UserContext,
  body: PushTokenBody,
  options?: CallOptions,
): LagResult<Acknowledgement> {
  return call(
    ctx,
    { name: 'registerPushToken', method: 'POST', path: '/users/me/push-token', body, response: AcknowledgementSchema },
    options,
  );
}

/**
 * Ends push notifications to a device.
 *
 * `DELETE /users/me/push-token`. Users only.
 */
export function removePushToken(ctx: UserContext, token: string, options?: CallOptions): LagResult<Acknowledgement> {
  return call(
    ctx,
    {
      name: 'removePushToken',
      method: 'DELETE',
      path: '/users/me/push-token',
      body: { token },
      response: AcknowledgementSchema,
    },
    options,
  );
}

/**
 * Schedules the deletion of the caller's account.
 *
 * `POST /users/me/request-deletion`. Users only. It is gone after 7 days, until then `cancelAccountDeletion` keeps it.
 */
export function requestAccountDeletion(ctx: UserContext, options?: CallOptions): LagResult<User> {
  return call(
    ctx,
    { name: 'requestAccountDeletion', method: 'POST', path: '/users/me/request-deletion', response: UserSchema },
    options,
  );
}

/**
 * Keeps an account that was about to be deleted.
 *
 * `POST /users/me/cancel-deletion`. Users only.
 */
export function cancelAccountDeletion(ctx: UserContext, options?: CallOptions): LagResult<User> {
  return call(
    ctx,
    { name: 'cancelAccountDeletion', method: 'POST', path: '/users/me/cancel-deletion', response: UserSchema },
    options,
  );
}

/**
 * Finds a Steam profile by Steam id, vanity name or profile URL.
 *
 * `GET /users/me/steam-lookup`. Users only.
 */
export function lookupSteamProfile(ctx: UserContext, query: string, options?: CallOptions): LagResult<SteamProfile> {
  return call(
    ctx,
    { name: 'lookupSteamProfile', path: '/users/me/steam-lookup', query: { q: query }, response: SteamProfileSchema },
    options,
  );
}

/**
 * Makes a Steam avatar the caller's own. `avatarUrl` is that of a `SteamProfile`.
 *
 * `POST /users/me/steam-avatar`. Users only.
 */
export function importSteamAvatar(
  ctx: UserContext,
  avatarUrl: string,
  options?: CallOptions,
): LagResult<AvatarUploadResponse> {
  return call(
    ctx,
    {
      name: 'importSteamAvatar',
      method: 'POST',
      path: '/users/me/steam-avatar',
      body: { avatarUrl },
      response: AvatarUploadResponseSchema,
    },
    options,
  );
}

/**
 * Gets the game that the caller plays on Steam.
 *
 * `GET /users/me/steam-activity`. Users only.
 */
export function getSteamActivity(ctx: UserContext, options?: CallOptions): LagResult<SteamActivity> {
  return call(
    ctx,
    { name: 'getSteamActivity', path: '/users/me/steam-activity', response: SteamActivitySchema },
    options,
  );
}

/**
 * Tells whether a username is free.
 *
 * `GET /users/check-username`. Users only.
 */
export function checkUsername(
  ctx: UserContext,
  username: string,
  options?: CallOptions,
): LagResult<UsernameAvailability> {
  return call(
    ctx,
    { name: 'checkUsername', path: '/users/check-username', query: { username }, response: UsernameAvailabilitySchema },
    options,
  );
}

/**
 * Finds users by name.
 *
 * `GET /users/search`. Users only. At most 20 are found.
 */
export function searchUsers(ctx: UserContext, query: string, options?: CallOptions): LagResult<User[]> {
  return call(
    ctx,
    { name: 'searchUsers', path: '/users/search', query: { q: query }, response: UserListSchema },
    options,
  );
}

/**
 * Gets a user.
 *
 * `GET /users/:userId`. Users only.
 */
export function getUser(ctx: UserContext, userId: UserId, options?: CallOptions): LagResult<User> {
  return call(ctx, { name: 'getUser', path: path`/users/${userId}`, response: UserSchema }, options);
}
