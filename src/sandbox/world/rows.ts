import type { RsvpStatus } from '../../models/events.js';
import type { GuestStatus } from '../../models/event-guests.js';
import type { FriendshipStatus } from '../../models/friends.js';
import type { RobotPermission } from '../../models/robots.js';
import type { ServerRoleName } from '../../models/roles.js';
import type { UserStatus } from '../../models/users.js';
import type { RobotEventType } from '../../models/robot-events.js';

// What the world's tables hold. Times are milliseconds since 1970.

export type Caller = { kind: 'user'; user: UserRow } | { kind: 'robot'; robot: RobotRow };

export interface UserRow {
  id: string;
  username: string;
  displayName: string | null;
  avatarUrl: string | null;
  status: UserStatus;
  steamId: string | null;
  createdAt: number;
  /** Whether `setupAccount` was used, which works once. */
  isSetUp: boolean;
  /** When a requested deletion is carried out. */
  deletesAt: number | null;
  pushTokens: Set<string>;
}

export interface FriendshipRow {
  id: string;
  /** Of a block: the user who blocked. */
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
  /** By user: the time of the newest message they have read. */
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
  /** Of the default roles Owner, Admin and Member: the rank of their members. `null` for roles made by users. */
  rank: ServerRoleName | null;
  createdAt: number;
}

export interface RoomRow {
  id: string;
  serverId: string;
  name: string | null;
  createdBy: string;
  maxParticipants: number | null;
  createdAt: number;
  /** Oldest first, each at a millisecond of its own. */
  messages: MessageRow[];
  /** By user: when they joined. */
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
  voiceRoomId: string | null;
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
  /** Its events are created up to this time. */
  createdUntil: number;
}

export interface ImageRow {
  id: string;
  uploaderId: string;
  contentType: string;
  size: number;
  width: number | null;
  height: number | null;
  /** Whether the bytes are an image; processing fails for others. */
  isImage: boolean;
  purpose: string;
  alt: string | null;
  createdAt: number;
}

/** The type of an event that robots can receive. */
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
  /** Times of recent requests and messages, for the rate limits. */
  requestTimes: number[];
  messageTimes: number[];
  /** Events that wait for a poll, or are kept for a replay; oldest first. */
  outbox: RobotEvent[];
  /** The open poll or event stream, if there is one. */
  connection: RobotConnection | null;
}

/** An open poll or event stream of a robot. */
export interface RobotConnection {
  /** A new event is in the outbox. */
  notify(event: RobotEvent): void;
  /** Ends the response: the robot is gone, or a newer connection takes its place. */
  end(): void;
}

/** How a robot receives its events. */
export type Delivery = { kind: 'poll' } | { kind: 'sse' } | WebhookTarget;

export interface WebhookTarget {
  kind: 'webhook';
  secrets: readonly string[];
  post: (request: Request) => Promise<Response> | Response;
  url: string;
}

export interface RobotEvent {
  id: string;
  eventType: SandboxEventType;
  payload: { type: SandboxEventType; serverId: string; timestamp: string; data: Record<string, unknown> };
  createdAt: string;
}

/** One attempt to deliver an event to a webhook. */
export interface WebhookDelivery {
  readonly robotId: string;
  readonly eventId: string;
  readonly eventType: SandboxEventType;
  /** 1 to 10. */
  readonly attempt: number;
  /** When it was sent, ISO 8601, on the sandbox's clock. */
  readonly at: string;
  /** Status of the webhook's response; `null` if there was none in time. */
  readonly status: number | null;
}
