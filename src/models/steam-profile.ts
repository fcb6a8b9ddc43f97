import type * as v from 'valibot';
import { maybeText, text } from './common.js';
import { model } from './model.js';

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
