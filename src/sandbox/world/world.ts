import type { SandboxClock } from '../control/clock.js';
import type { SandboxQuirks } from '../control/quirks.js';
import { createSeededRandom, createUniqueRandom, type Random } from './random.js';
import type {
  Caller,
  DmRow,
  FriendshipRow,
  ImageRow,
  InviteRow,
  RobotRow,
  ServerRow,
  UserRow,
  WebhookDelivery,
} from './rows.js';

/**
 * All that the sandbox holds. `world/` has the rows and the rules for changing them, `views/` writes rows in the API's
 * shapes, and `views/state.ts` shows all of them at once to tests.
 */
export interface World extends Tables {
  readonly clock: SandboxClock;
  readonly settings: Settings;
  /** Ids of events and deliveries. They never repeat, also not after a reset or a restart with the same seed. */
  readonly unique: Random;
  /** Calls of webhooks that have not been answered yet. */
  readonly webhookCalls: Set<Promise<void>>;
}

export interface Settings {
  /** Decides ids and contents, and the tokens as well if the user chose it. */
  readonly seed: string | number;
  readonly hasSeededTokens: boolean;
  readonly pollHoldMs: number;
  readonly imageProcessingMs: number;
  readonly fetch: typeof fetch;
  readonly quirks: SandboxQuirks;
}

export interface Tables {
  /** Ids and contents. */
  random: Random;
  /** Tokens, keys and webhook secrets. */
  secrets: Random;
  users: Map<string, UserRow>;
  robots: Map<string, RobotRow>;
  /** By token. */
  callers: Map<string, Caller>;
  friendships: Map<string, FriendshipRow>;
  dms: Map<string, DmRow>;
  servers: Map<string, ServerRow>;
  /** By code. */
  invites: Map<string, InviteRow>;
  images: Map<string, ImageRow>;
  deliveries: WebhookDelivery[];
}

export const createWorld = (clock: SandboxClock, settings: Settings): World => ({
  ...emptyTables(settings),
  clock,
  settings,
  unique: createUniqueRandom(),
  webhookCalls: new Set(),
});

/** Empties every table and starts the random sequence again. */
export const clearWorld = (world: World): void => void Object.assign(world, emptyTables(world.settings));

const emptyTables = ({ seed, hasSeededTokens }: Settings): Tables => ({
  random: createSeededRandom(seed),
  secrets: hasSeededTokens ? createSeededRandom(`tokens of ${seed}`) : createUniqueRandom(),
  users: new Map(),
  robots: new Map(),
  callers: new Map(),
  friendships: new Map(),
  dms: new Map(),
  servers: new Map(),
  invites: new Map(),
  images: new Map(),
  deliveries: [],
});
