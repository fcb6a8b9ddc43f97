import type { RsvpStatus } from '../../models/events.js';
import type { GuestStatus } from '../../models/event-guests.js';
import type { FriendshipStatus } from '../../models/friends.js';
import type { RobotPermission } from '../../models/robots.js';
import type { ServerRoleName } from '../../models/roles.js';
import type { UserStatus } from '../../models/users.js';
import type { RobotEventType } from '../../robots/robot-event.js';
import type { SandboxClock } from '../control/clock.js';
import { createRandom, type Random } from './random.js';

/** Times are milliseconds since 1970 in here; `views.ts` makes the API's shapes of it all. */
export interface World extends Tables {
  readonly clock: SandboxClock;
  readonly settings: Settings;
  /** The webhooks that are being called. */
  readonly posting: Set<Promise<void>>;
}

export interface Settings {
  readonly seed: string | number;
  readonly pollHoldMs: number;
  readonly imageProcessingMs: number;
  readonly fetch: typeof fetch;
}

export interface Tables {
  random: Random;
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

export type Caller = { kind: 'user'; user: UserRow } | { kind: 'robot'; robot: RobotRow };

export interface UserRow {
  id: string;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  status: UserStatus;
  steamId: string | null;
  createdAt: number;
  deletesAt: number | null;
  pushTokens: Set<string>;
}

export interface FriendshipRow {
  id: string;
  /** Of a block: who blocked. */
  requesterId: string;
  addresseeId: string;
  status: FriendshipStatus;
  createdAt: number;
  updatedAt: number;
}

export interface DmRow {
  id: string;
  userIds: [string, string];
  createdAt: number;
  messages: MessageRow[];
  /** By user: when they last read it. */
  readAt: Map<string, number>;
}

export interface MessageRow {
  id: string;
  author: Caller;
  content: string;
  createdAt: number;
  editedAt: number | null;
  replyTo: MessageRow | null;
  deleted: boolean;
  image: ImageRow | null;
}

export interface ServerRow {
  id: string;
  name: string;
  iconUrl: string | null;
  iconEmoji: string | null;
  ownerId: string;
  createdAt: number;
  rooms: Map<string, RoomRow>;
  /** By user. */
  members: Map<string, MemberRow>;
  roles: Map<string, RoleRow>;
  /** By user. */
  bans: Map<string, ModerationRow>;
  mutes: Map<string, ModerationRow>;
  events: Map<string, EventRow>;
  templates: Map<string, TemplateRow>;
}

export interface MemberRow {
  userId: string;
  roleId: string;
  joinedAt: number;
}

export interface RoleRow {
  id: string;
  name: string;
  color: string | null;
  permissions: number;
  sortOrder: number;
  /** What a default role makes of its members; null for a role that somebody made. */
  makes: ServerRoleName | null;
  createdAt: number;
}

export interface RoomRow {
  id: string;
  serverId: string;
  name: string | null;
  createdBy: string;
  maxParticipants: number | null;
  createdAt: number;
  /** Oldest first; no two of the same millisecond. */
  messages: MessageRow[];
  /** When each came in, by user. */
  participants: Map<string, number>;
}

export interface InviteRow {
  id: string;
  code: string;
  serverId: string;
  createdBy: string;
  maxUses: number | null;
  uses: number;
  expiresAt: number | null;
  createdAt: number;
}

export interface ModerationRow {
  id: string;
  userId: string;
  by: string;
  reason: string | null;
  expiresAt: number | null;
  createdAt: number;
}

export interface EventRow {
  id: string;
  title: string;
  description: string | null;
  coverImageUrl: string | null;
  startsAt: number;
  endsAt: number | null;
  cancelledAt: number | null;
  createdBy: string;
  shareCode: string | null;
  externalAccessEnabled: boolean;
  externalAutoAdmit: boolean;
  /** By user. */
  rsvps: Map<string, RsvpStatus>;
  templateId: string | null;
  createdAt: number;
  guests: Map<string, GuestRow>;
}

export interface GuestRow {
  id: string;
  displayName: string;
  generatedUsername: string;
  status: GuestStatus;
  createdAt: number;
}

export interface TemplateRow {
  id: string;
  title: string;
  description: string | null;
  coverImageUrl: string | null;
  durationMinutes: number | null;
  rrule: string;
  timezone: string;
  startTime: string;
  externalAccessEnabled: boolean;
  externalAutoAdmit: boolean;
  createdBy: string;
  createdAt: number;
  /** Up to here its events are made. */
  madeUntil: number;
}

export interface ImageRow {
  id: string;
  uploaderId: string;
  contentType: string;
  size: number;
  width: number | null;
  height: number | null;
  /** Whether the bytes are an image at all. */
  sound: boolean;
  purpose: string;
  alt: string | null;
  createdAt: number;
}

/** What a robot may subscribe to. */
export type SandboxEventType = Exclude<RobotEventType, 'unknown'>;

export interface RobotRow {
  id: string;
  name: string;
  serverId: string;
  avatarUrl: string | null;
  permissions: readonly RobotPermission[];
  events: readonly SandboxEventType[];
  delivery: Delivery;
  active: boolean;
  createdAt: number;
  /** When its last requests and messages were, for its limits. */
  requestTimes: number[];
  messageTimes: number[];
  /** Waiting for a poll, or kept for a replay. */
  outbox: RobotEvent[];
  /** Told of a new event while a poll or a stream is open; without one, that it is over. */
  listener: ((event?: RobotEvent) => void) | null;
}

export type Delivery =
  | { kind: 'poll' }
  | { kind: 'sse' }
  | {
      kind: 'webhook';
      secrets: readonly string[];
      post: (request: Request) => Promise<Response> | Response;
      url: string;
    };

export interface RobotEvent {
  id: string;
  eventType: SandboxEventType;
  payload: { type: SandboxEventType; serverId: string; timestamp: string; data: Record<string, unknown> };
  createdAt: string;
}

/** One attempt to bring an event to a webhook. */
export interface WebhookDelivery {
  readonly robotId: string;
  readonly eventId: string;
  readonly eventType: SandboxEventType;
  /** 1 to 10. */
  readonly attempt: number;
  /** When it was sent, on the sandbox's clock. */
  readonly at: string;
  /** What the webhook answered; null where it did not. */
  readonly status: number | null;
}

export const createWorld = (clock: SandboxClock, settings: Settings): World => ({
  ...emptyTables(settings),
  clock,
  settings,
  posting: new Set(),
});

/** Forgets everything and starts the seed again. */
export const clearWorld = (world: World): void => void Object.assign(world, emptyTables(world.settings));

const emptyTables = ({ seed }: Settings): Tables => ({
  random: createRandom(seed),
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
