import type * as v from 'valibot';
import { maybeText } from './common.js';
import { model } from './model.js';

export const SteamActivitySchema = /*#__PURE__*/ model({
  gameName: maybeText,
});

/** The game that the caller plays on Steam, or `null`. */
export interface SteamActivity extends v.InferOutput<typeof SteamActivitySchema> {}
