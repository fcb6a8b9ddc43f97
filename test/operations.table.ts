/**
 * The REST operations as data: what each must send and what it may get, written from what is known of the API and not
 * from the code. Field names in answers carry a suffix: `?` may be absent, `|null` may be null.
 */
import type { LagContext } from '../src/context.js';
import {
  createDm,
  deleteDmMessage,
  editDmMessage,
  getDm,
  listDmMessages,
  listDms,
  sendDmMessage,
} from '../src/operations/dms.js';
import { admitEventGuest, listEventGuests, rejectEventGuest } from '../src/operations/event-guests.js';
import {
  createEventTemplate,
  deleteEventTemplate,
  listEventTemplates,
  updateEventTemplate,
} from '../src/operations/event-templates.js';
import {
  cancelEvent,
  createEvent,
  getEvent,
  listEvents,
  rsvpEvent,
  toggleEventExternalAccess,
  updateEvent,
} from '../src/operations/events.js';
import {
  acceptFriendRequest,
  blockUser,
  declineFriendRequest,
  listFriendRequests,
  listFriends,
  removeFriend,
  sendFriendRequest,
} from '../src/operations/friends.js';
import { getIdentity } from '../src/operations/identity.js';
import { deleteImage, getImage, getImageStatus, uploadImage } from '../src/operations/images.js';
import {
  createInvite,
  inviteFriend,
  joinServer,
  listInvites,
  previewInvite,
  revokeInvite,
} from '../src/operations/invites.js';
import {
  banMember,
  kickMember,
  listBans,
  listMembers,
  listMutes,
  muteMember,
  unbanMember,
  unmuteMember,
} from '../src/operations/members.js';
import { assignRole, createRole, deleteRole, listRoles, updateRole } from '../src/operations/roles.js';
import {
  deleteRoomMessage,
  editRoomMessage,
  listRoomMessages,
  sendRoomMessage,
} from '../src/operations/room-messages.js';
import { createRoom, deleteRoom, listRooms, updateRoom } from '../src/operations/rooms.js';
import {
  createServer,
  deleteServer,
  getServer,
  leaveServer,
  listServers,
  updateServer,
  uploadServerIcon,
} from '../src/operations/servers.js';
import { getConfig, getHealth, getSystemStatus, getVersion } from '../src/operations/system.js';
import {
  cancelAccountDeletion,
  checkUsername,
  getMe,
  getSteamActivity,
  getUser,
  importSteamAvatar,
  lookupSteamProfile,
  registerPushToken,
  removePushToken,
  requestAccountDeletion,
  searchUsers,
  setupAccount,
  updateMe,
  uploadAvatar,
} from '../src/operations/users.js';
import type { LagResult } from '../src/pipeline/types.js';

export interface OperationCase {
  readonly name: string;
  readonly resource: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:names` for ids. */
  readonly path: string;
  /** As it must be sent, encoded. */
  readonly query?: string;
  /** The JSON body that must be sent. */
  readonly body?: unknown;
  /** The multipart fields that must be sent. */
  readonly form?: Readonly<Record<string, string | { name: string; type: string; bytes: readonly number[] }>>;
  /** Of the server's answer. */
  readonly status: 200 | 201 | 204;
  /** What a robot key does: another path, the same one, refused; or a path of its own. */
  readonly robot: 'rewrite' | 'same' | 'refuse' | `/${string}`;
  readonly idempotent: boolean;
  readonly run: (ctx: LagContext) => LagResult<unknown>;
  /** What the server answers; nothing for `void`. */
  readonly answer?: unknown;
  /** What the function gives, where it is not the answer itself. */
  readonly value?: unknown;
  /** What the server answers to a robot, where that is something else, and what the function makes of it. */
  readonly robotAnswer?: unknown;
  readonly robotValue?: unknown;
}

/** The ids that the calls below are given, all in need of encoding, and how they must be sent. */
export const ENCODED_IDS: Readonly<Record<string, string>> = {
  serverId: 's%2F1',
  roomId: 'r%201',
  messageId: 'm%3F1',
  userId: 'u%231',
  conversationId: 'c%25',
  friendshipId: 'f%2B1',
  inviteId: 'i%261',
  code: 'a%3Db',
  roleId: '%C3%BC1',
  eventId: 'e%3A1',
  guestId: 'g%2C1',
  templateId: 't%3B1',
  imageId: 'p%401',
};

/** What is known of the fields of an object in an answer; unknown ones may be anything. */
export interface KnownFields {
  readonly mayBeAbsent: ReadonlySet<string>;
  readonly mayBeNull: ReadonlySet<string>;
  readonly isUnknown: ReadonlySet<string>;
}

const known = new WeakMap<object, KnownFields>();

export const knownFieldsOf = (answer: object): KnownFields => {
  const fields = known.get(answer);
  if (!fields) throw new Error('an object of an answer was not made by `object` or `record`');
  return fields;
};

/**
 * An object of an answer, from names with suffixes: `|null` may be null, `?` may be absent or null. It also has a field
 * that no version of the package knows.
 */
const object = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const mayBeAbsent = new Set<string>();
  const mayBeNull = new Set<string>();
  const built: Record<string, unknown> = { addedNextYear: { by: ['the server', 1, null] } };
  for (const [notation, value] of Object.entries(fields)) {
    const [, name = '', absent, nullable] = /^(\w+)(?:(\?)|(\|null))?$/.exec(notation) ?? [];
    built[name] = value;
    if (absent) mayBeAbsent.add(name);
    if (absent || nullable) mayBeNull.add(name);
  }
  known.set(built, { mayBeAbsent, mayBeNull, isUnknown: new Set(['addedNextYear']) });
  return built;
};

/** An object of an answer whose names are data. */
const record = (entries: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const built = { ...entries };
  known.set(built, { mayBeAbsent: new Set(Object.keys(built)), mayBeNull: new Set(), isUnknown: new Set() });
  return built;
};

const T1 = '2026-03-01T09:00:00.000Z';
const T2 = '2026-03-02T10:30:00.000Z';

const user = object({
  id: 'u2',
  username: 'ann',
  'displayName|null': 'Ann',
  'avatarUrl|null': 'https://cdn.example/u2.png',
  status: 'in-game',
  'steamId?': '76561197960287930',
  createdAt: T1,
  'flags?': object({
    'hasAccess?': true,
    'suspended?': false,
    'suspendedAt?': null,
    'suspendedReason?': null,
    'features?': record({ 'screen-share': true }),
  }),
});

const robotInfo = object({
  id: 'bot1',
  name: 'Greeter',
  serverId: 's1',
  'avatarUrl|null': null,
  permissions: ['read_messages', 'send_messages'],
  active: true,
  'createdAt?': T1,
});

const friendship = object({
  id: 'f1',
  requesterId: 'u1',
  addresseeId: 'u2',
  status: 'pending',
  createdAt: T1,
  updatedAt: T2,
});

const replyTo = object({
  id: 'm0',
  // The facts promise one, but a robot's message has none, so neither may a reply to it.
  'userId|null': 'u2',
  username: 'ann',
  'displayName|null': 'Ann',
  content: 'first',
  'robotId?': null,
  'robotName?': null,
  'isBot?': false,
});

const variants = record({
  thumb: object({ url: 'https://cdn.example/p1-thumb.webp', width: 64, height: 48, size: 900 }),
});

const messageImage = object({
  id: 'p1',
  'url|null': 'https://cdn.example/p1.png',
  'width|null': 640,
  'height|null': 480,
  'blurhash|null': 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  contentType: 'image/png',
  'variants|null': variants,
});

const dmMessage = object({
  id: 'm1',
  conversationId: 'c1',
  userId: 'u1',
  username: 'bob',
  'displayName|null': null,
  'avatarUrl|null': null,
  content: 'hi Ann',
  createdAt: T1,
  'editedAt?': T2,
  'replyTo?': replyTo,
  'image?': messageImage,
});

const conversation = object({
  id: 'c1',
  otherUser: user,
  'lastMessage|null': dmMessage,
  createdAt: T1,
  'unreadCount?': 3,
});

const roomMessage = object({
  id: 'm1',
  roomId: 'r1',
  'userId|null': 'u1',
  username: 'bob',
  'displayName|null': 'Bob',
  'avatarUrl|null': null,
  content: 'hi @Ann',
  createdAt: T1,
  'editedAt?': null,
  'robotId?': null,
  'robotName?': null,
  'robotAvatarUrl?': null,
  'isBot?': false,
  'guestId?': null,
  'guestDisplayName?': null,
  'isGuest?': false,
  'replyTo?': replyTo,
  'mentions?': [object({ type: 'user', id: 'u2', name: 'Ann' })],
  'image?': messageImage,
});

const robotMessage = object({
  id: 'm2',
  roomId: 'r1',
  'userId|null': null,
  username: 'Greeter',
  'displayName|null': 'Greeter',
  'avatarUrl|null': null,
  content: 'welcome',
  createdAt: T1,
  'robotId?': 'bot1',
});

const guestMessage = object({
  id: 'm3',
  roomId: 'r1',
  'userId|null': '',
  username: 'guest-fox',
  'displayName|null': null,
  'avatarUrl|null': null,
  content: 'hello',
  createdAt: T1,
  'guestId?': 'g1',
  'guestDisplayName?': 'Fox',
  'isGuest?': true,
});

const editedRoomMessage = object({
  id: 'm1',
  roomId: 'r1',
  'userId?': 'u1',
  'username?': 'bob',
  'displayName?': 'Bob',
  'avatarUrl?': null,
  content: 'hi all',
  'createdAt?': T1,
  'editedAt?': T2,
  'robotId?': null,
  'robotName?': null,
  'robotAvatarUrl?': null,
  'isBot?': false,
  'guestId?': null,
  'guestDisplayName?': null,
  'isGuest?': false,
  'replyTo?': replyTo,
  'mentions?': [],
  'image?': messageImage,
});

const participant = object({
  userId: 'u2',
  username: 'ann',
  'displayName|null': 'Ann',
  'avatarUrl|null': null,
  isMuted: false,
  isDeafened: false,
  isSpeaking: true,
  joinedAt: T2,
});

const room = object({
  id: 'r1',
  serverId: 's1',
  'name|null': 'Lounge',
  createdBy: 'u1',
  'maxParticipants|null': 12,
  participants: [participant],
  createdAt: T1,
});

const member = object({
  userId: 'u1',
  username: 'bob',
  'displayName|null': null,
  'avatarUrl|null': null,
  role: 'owner',
  'roleId|null': 'role1',
  status: 'online',
  joinedAt: T1,
});

const serverFields = {
  id: 's1',
  name: 'Night Raiders',
  'iconUrl|null': null,
  'iconEmoji|null': '🦉',
  ownerId: 'u1',
  memberCount: 2,
  createdAt: T1,
};

const server = object(serverFields);
const serverDetails = object({ ...serverFields, rooms: [room], members: [member], myRole: 'owner' });

const invite = object({
  id: 'i1',
  code: 'x7Kq',
  createdBy: 'u1',
  'maxUses|null': 5,
  uses: 1,
  'expiresAt|null': T2,
  createdAt: T1,
});

const moderation = {
  id: 'b1',
  serverId: 's1',
  userId: 'u3',
  'reason|null': 'spam',
  'expiresAt|null': T2,
  createdAt: T1,
  username: 'eve',
  'displayName|null': null,
  'avatarUrl|null': null,
};
const ban = object({ ...moderation, 'bannedBy|null': 'u1' });
const mute = object({ ...moderation, 'mutedBy|null': 'u1' });

const role = object({
  id: 'role1',
  serverId: 's1',
  name: 'Moderator',
  'color|null': '#ff8800',
  permissions: 104,
  sortOrder: 2,
  isDefault: false,
  createdAt: T1,
});

const rsvpCounts = object({ going: 4, maybe: 1, notGoing: 0 });

const event = object({
  id: 'e1',
  serverId: 's1',
  title: 'Raid night',
  'description|null': 'Bring snacks',
  'coverImageUrl|null': null,
  startsAt: T1,
  'endsAt|null': T2,
  status: 'scheduled',
  'voiceRoomId|null': 'r1',
  createdBy: 'u1',
  creatorUsername: 'bob',
  'creatorDisplayName|null': 'Bob',
  'shareCode|null': 'raid7',
  externalAccessEnabled: true,
  externalAutoAdmit: false,
  rsvpCounts,
  'myRsvp|null': 'going',
  'templateId|null': null,
  createdAt: T1,
});

const guest = object({
  id: 'g1',
  displayName: 'Fox',
  generatedUsername: 'guest-fox',
  status: 'pending',
  createdAt: T1,
});

const template = object({
  id: 't1',
  serverId: 's1',
  title: 'Weekly raid',
  'description|null': null,
  'coverImageUrl|null': null,
  'durationMinutes|null': 120,
  rrule: 'FREQ=WEEKLY;BYDAY=FR',
  timezone: 'Europe/Berlin',
  startTime: '20:00',
  externalAccessEnabled: false,
  externalAutoAdmit: false,
  'nextOccurrenceAt|null': T2,
  createdBy: 'u1',
  createdAt: T1,
});

const image = object({
  id: 'p1',
  'uploaderId|null': 'u1',
  url: 'https://cdn.example/p1.gif',
  'originalUrl|null': 'https://cdn.example/p1-original.gif',
  contentType: 'image/gif',
  size: 6,
  'width|null': 640,
  'height|null': 480,
  purpose: 'chat',
  processingStatus: 'processing',
  'variants|null': variants,
  'blurhash|null': null,
  'alt|null': 'a cat',
  createdAt: T1,
});

const ok = object({ ok: true });
const gif = [0x47, 0x49, 0x46, 0x38, 0x39, 0x61];
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const read = { method: 'GET', status: 200, robot: 'refuse', idempotent: true } as const;
const change = { method: 'PATCH', status: 200, robot: 'refuse', idempotent: true } as const;
const act = { method: 'POST', status: 200, robot: 'refuse', idempotent: true } as const;
const create = { method: 'POST', status: 201, robot: 'refuse', idempotent: false } as const;
const remove = { method: 'DELETE', status: 204, robot: 'refuse', idempotent: true } as const;

export const OPERATIONS: readonly OperationCase[] = [
  {
    ...read,
    name: 'getHealth',
    resource: 'system',
    path: '/health',
    robot: 'same',
    run: (ctx) => getHealth(ctx),
    answer: object({ status: 'ok', version: '1.4.2', timestamp: T1 }),
  },
  {
    ...read,
    name: 'getVersion',
    resource: 'system',
    path: '/version',
    robot: 'same',
    run: (ctx) => getVersion(ctx),
    answer: object({ version: '1.4.2' }),
  },
  {
    ...read,
    name: 'getSystemStatus',
    resource: 'system',
    path: '/system-status',
    robot: 'same',
    run: (ctx) => getSystemStatus(ctx),
    answer: object({ upgrading: false, outage: false, waitlist: true }),
  },
  {
    ...read,
    name: 'getConfig',
    resource: 'system',
    path: '/config',
    run: (ctx) => getConfig(ctx),
    answer: object({
      features: record({
        clips: object({ enabled: true, 'beta?': true }),
        events: object({ enabled: false }),
      }),
    }),
  },
  {
    ...read,
    name: 'getIdentity',
    resource: 'identity',
    path: '/users/me',
    robot: '/robots/@me/info',
    run: (ctx) => getIdentity(ctx),
    answer: object({
      id: 'u2',
      username: 'ann',
      'displayName?': 'Ann',
      'avatarUrl|null': 'https://cdn.example/u2.png',
      'createdAt?': T1,
    }),
    value: {
      kind: 'user',
      id: 'u2',
      displayName: 'Ann',
      avatarUrl: 'https://cdn.example/u2.png',
      createdAt: T1,
      username: 'ann',
    },
    robotAnswer: robotInfo,
    robotValue: {
      kind: 'robot',
      id: 'bot1',
      displayName: 'Greeter',
      avatarUrl: null,
      createdAt: T1,
      serverId: 's1',
      permissions: ['read_messages', 'send_messages'],
      active: true,
    },
  },
  {
    ...read,
    name: 'getMe',
    resource: 'users',
    path: '/users/me',
    run: (ctx) => getMe(ctx),
    answer: user,
  },
  {
    ...change,
    name: 'updateMe',
    resource: 'users',
    path: '/users/me',
    body: { displayName: 'Ann B.', steamId: null },
    run: (ctx) => updateMe(ctx, { displayName: 'Ann B.', steamId: null }),
    answer: user,
  },
  {
    ...act,
    name: 'setupAccount',
    resource: 'users',
    path: '/users/me/setup',
    body: { username: 'ann', displayName: 'Ann', avatarUrl: 'https://cdn.example/a.png' },
    run: (ctx) => setupAccount(ctx, { username: 'ann', displayName: 'Ann', avatarUrl: 'https://cdn.example/a.png' }),
    answer: user,
  },
  {
    ...act,
    name: 'uploadAvatar',
    resource: 'users',
    path: '/users/me/avatar',
    body: { image: 'iVBORw0KGgo=', contentType: 'image/png' },
    run: (ctx) => uploadAvatar(ctx, png),
    answer: object({ avatarUrl: 'https://cdn.example/u1.png' }),
  },
  {
    ...act,
    name: 'registerPushToken',
    resource: 'users',
    path: '/users/me/push-token',
    body: { token: 'apns-1', platform: 'ios' },
    run: (ctx) => registerPushToken(ctx, { token: 'apns-1', platform: 'ios' }),
    answer: ok,
  },
  {
    ...remove,
    name: 'removePushToken',
    resource: 'users',
    path: '/users/me/push-token',
    body: { token: 'apns-1' },
    status: 200,
    run: (ctx) => removePushToken(ctx, 'apns-1'),
    answer: ok,
  },
  {
    ...act,
    name: 'requestAccountDeletion',
    resource: 'users',
    path: '/users/me/request-deletion',
    run: (ctx) => requestAccountDeletion(ctx),
    answer: user,
  },
  {
    ...act,
    name: 'cancelAccountDeletion',
    resource: 'users',
    path: '/users/me/cancel-deletion',
    run: (ctx) => cancelAccountDeletion(ctx),
    answer: user,
  },
  {
    ...read,
    name: 'lookupSteamProfile',
    resource: 'users',
    path: '/users/me/steam-lookup',
    query: '?q=https%3A%2F%2Fsteamcommunity.com%2Fid%2Fann%3Fl%3Den',
    run: (ctx) => lookupSteamProfile(ctx, 'https://steamcommunity.com/id/ann?l=en'),
    answer: object({
      steamId: '76561197960287930',
      'personaName|null': 'ann',
      'avatarUrl|null': 'https://steam.example/a.jpg',
      'profileUrl|null': 'https://steam.example/ann',
      'gameName|null': null,
    }),
  },
  {
    ...act,
    name: 'importSteamAvatar',
    resource: 'users',
    path: '/users/me/steam-avatar',
    body: { avatarUrl: 'https://steam.example/a.jpg' },
    run: (ctx) => importSteamAvatar(ctx, 'https://steam.example/a.jpg'),
    answer: object({ avatarUrl: 'https://cdn.example/u1.jpg' }),
  },
  {
    ...read,
    name: 'getSteamActivity',
    resource: 'users',
    path: '/users/me/steam-activity',
    run: (ctx) => getSteamActivity(ctx),
    answer: object({ 'gameName|null': 'Deep Rock Galactic' }),
  },
  {
    ...read,
    name: 'checkUsername',
    resource: 'users',
    path: '/users/check-username',
    query: '?username=ann%26b',
    run: (ctx) => checkUsername(ctx, 'ann&b'),
    answer: object({ available: false }),
  },
  {
    ...read,
    name: 'searchUsers',
    resource: 'users',
    path: '/users/search',
    query: '?q=an%20n%2B',
    run: (ctx) => searchUsers(ctx, 'an n+'),
    answer: [user],
  },
  {
    ...read,
    name: 'getUser',
    resource: 'users',
    path: '/users/:userId',
    run: (ctx) => getUser(ctx, 'u#1'),
    answer: user,
  },
  {
    ...read,
    name: 'listFriends',
    resource: 'friends',
    path: '/friends',
    run: (ctx) => listFriends(ctx),
    answer: [object({ id: 'u2', user, friendshipId: 'f1', since: T1 })],
  },
  {
    ...read,
    name: 'listFriendRequests',
    resource: 'friends',
    path: '/friends/requests',
    run: (ctx) => listFriendRequests(ctx),
    answer: object({
      incoming: [
        object({
          id: 'f1',
          requesterId: 'u2',
          addresseeId: 'u1',
          status: 'pending',
          createdAt: T1,
          updatedAt: T1,
          from: user,
        }),
      ],
      outgoing: [
        object({
          id: 'f2',
          requesterId: 'u1',
          addresseeId: 'u2',
          status: 'pending',
          createdAt: T1,
          updatedAt: T1,
          to: user,
        }),
      ],
    }),
  },
  {
    ...create,
    name: 'sendFriendRequest',
    resource: 'friends',
    path: '/friends/request',
    body: { username: 'ann' },
    run: (ctx) => sendFriendRequest(ctx, 'ann'),
    answer: friendship,
  },
  {
    ...act,
    name: 'acceptFriendRequest',
    resource: 'friends',
    path: '/friends/accept',
    body: { requestId: 'f1' },
    run: (ctx) => acceptFriendRequest(ctx, 'f1'),
    answer: friendship,
  },
  {
    ...act,
    name: 'declineFriendRequest',
    resource: 'friends',
    path: '/friends/decline',
    body: { requestId: 'f1' },
    run: (ctx) => declineFriendRequest(ctx, 'f1'),
  },
  {
    ...remove,
    name: 'removeFriend',
    resource: 'friends',
    path: '/friends/:friendshipId',
    run: (ctx) => removeFriend(ctx, 'f+1'),
  },
  {
    ...act,
    name: 'blockUser',
    resource: 'friends',
    path: '/friends/block',
    body: { userId: 'u2' },
    run: (ctx) => blockUser(ctx, 'u2'),
    answer: friendship,
  },
  {
    ...read,
    name: 'listDms',
    resource: 'dms',
    path: '/dms',
    run: (ctx) => listDms(ctx),
    answer: [conversation],
  },
  {
    ...act,
    name: 'createDm',
    resource: 'dms',
    path: '/dms',
    body: { userId: 'u2' },
    status: 201,
    run: (ctx) => createDm(ctx, 'u2'),
    answer: conversation,
  },
  {
    ...read,
    name: 'getDm',
    resource: 'dms',
    path: '/dms/:conversationId',
    run: (ctx) => getDm(ctx, 'c%'),
    answer: conversation,
  },
  {
    ...read,
    name: 'listDmMessages',
    resource: 'dms',
    path: '/dms/:conversationId/messages',
    query: '?limit=100&cursor=2026-03-01T09%3A00%3A00.000Z',
    run: (ctx) => listDmMessages(ctx, 'c%', { limit: 100, cursor: T1 }),
    answer: object({ messages: [dmMessage], 'hasMore?': true, 'nextCursor?': T1 }),
  },
  {
    ...create,
    name: 'sendDmMessage',
    resource: 'dms',
    path: '/dms/:conversationId/messages',
    body: { content: 'hi "Ann" ü🦉', replyToId: 'm0', imageId: 'p1' },
    run: (ctx) => sendDmMessage(ctx, 'c%', { content: 'hi "Ann" ü🦉', replyToId: 'm0', imageId: 'p1' }),
    answer: dmMessage,
  },
  {
    ...change,
    name: 'editDmMessage',
    resource: 'dms',
    path: '/dms/:conversationId/messages/:messageId',
    body: { content: 'hi' },
    run: (ctx) => editDmMessage(ctx, 'c%', 'm?1', { content: 'hi' }),
    answer: dmMessage,
  },
  {
    ...remove,
    name: 'deleteDmMessage',
    resource: 'dms',
    path: '/dms/:conversationId/messages/:messageId',
    run: (ctx) => deleteDmMessage(ctx, 'c%', 'm?1'),
  },
  {
    ...read,
    name: 'listServers',
    resource: 'servers',
    path: '/servers/me',
    run: (ctx) => listServers(ctx),
    answer: [server],
  },
  {
    ...create,
    name: 'createServer',
    resource: 'servers',
    path: '/servers',
    body: { name: 'Night Raiders', iconEmoji: '🦉' },
    run: (ctx) => createServer(ctx, { name: 'Night Raiders', iconEmoji: '🦉' }),
    answer: server,
  },
  {
    ...read,
    name: 'getServer',
    resource: 'servers',
    path: '/servers/:serverId',
    run: (ctx) => getServer(ctx, 's/1'),
    answer: serverDetails,
  },
  {
    ...change,
    name: 'updateServer',
    resource: 'servers',
    path: '/servers/:serverId',
    body: { name: 'Day Raiders', iconUrl: null },
    run: (ctx) => updateServer(ctx, 's/1', { name: 'Day Raiders', iconUrl: null }),
    answer: server,
  },
  {
    ...act,
    name: 'uploadServerIcon',
    resource: 'servers',
    path: '/servers/:serverId/icon',
    body: { image: 'iVBORw0KGgo=', contentType: 'image/x-own' },
    run: (ctx) => uploadServerIcon(ctx, 's/1', png, { contentType: 'image/x-own' }),
    answer: object({ iconUrl: 'https://cdn.example/s1.png' }),
  },
  {
    ...remove,
    name: 'deleteServer',
    resource: 'servers',
    path: '/servers/:serverId',
    run: (ctx) => deleteServer(ctx, 's/1'),
  },
  {
    ...remove,
    name: 'leaveServer',
    resource: 'servers',
    path: '/servers/:serverId/leave',
    run: (ctx) => leaveServer(ctx, 's/1'),
  },
  {
    ...read,
    name: 'listInvites',
    resource: 'invites',
    path: '/servers/:serverId/invites',
    run: (ctx) => listInvites(ctx, 's/1'),
    answer: [invite],
  },
  {
    ...create,
    name: 'createInvite',
    resource: 'invites',
    path: '/servers/:serverId/invites',
    body: {},
    run: (ctx) => createInvite(ctx, 's/1'),
    answer: invite,
  },
  {
    ...remove,
    name: 'revokeInvite',
    resource: 'invites',
    path: '/servers/:serverId/invites/:inviteId',
    run: (ctx) => revokeInvite(ctx, 's/1', 'i&1'),
  },
  {
    ...read,
    name: 'previewInvite',
    resource: 'invites',
    path: '/servers/invite/:code',
    robot: 'same',
    run: (ctx) => previewInvite(ctx, 'a=b'),
    answer: object({
      serverName: 'Night Raiders',
      'serverIconUrl|null': null,
      'serverIconEmoji|null': '🦉',
      memberCount: 2,
      memberLimit: 100,
      isFull: false,
      valid: true,
    }),
  },
  {
    ...act,
    name: 'joinServer',
    resource: 'invites',
    path: '/servers/join/:code',
    run: (ctx) => joinServer(ctx, 'a=b'),
    answer: server,
  },
  {
    ...act,
    name: 'inviteFriend',
    resource: 'invites',
    path: '/servers/:serverId/invite-friend',
    body: { userId: 'u2' },
    idempotent: false,
    run: (ctx) => inviteFriend(ctx, 's/1', 'u2'),
    answer: object({ sent: true }),
  },
  {
    ...read,
    name: 'listMembers',
    resource: 'members',
    path: '/servers/:serverId/members',
    robot: 'rewrite',
    run: (ctx) => listMembers(ctx, 's/1'),
    answer: [member],
  },
  {
    ...remove,
    name: 'kickMember',
    resource: 'members',
    path: '/servers/:serverId/members/:userId',
    run: (ctx) => kickMember(ctx, 's/1', 'u#1'),
  },
  {
    ...read,
    name: 'listBans',
    resource: 'members',
    path: '/servers/:serverId/bans',
    run: (ctx) => listBans(ctx, 's/1'),
    answer: [ban],
  },
  {
    ...act,
    name: 'banMember',
    resource: 'members',
    path: '/servers/:serverId/bans/:userId',
    body: { reason: 'spam', duration: 60 },
    status: 201,
    run: (ctx) => banMember(ctx, 's/1', 'u#1', { reason: 'spam', duration: 60 }),
    answer: ban,
  },
  {
    ...remove,
    name: 'unbanMember',
    resource: 'members',
    path: '/servers/:serverId/bans/:userId',
    run: (ctx) => unbanMember(ctx, 's/1', 'u#1'),
  },
  {
    ...read,
    name: 'listMutes',
    resource: 'members',
    path: '/servers/:serverId/mutes',
    run: (ctx) => listMutes(ctx, 's/1'),
    answer: [mute],
  },
  {
    ...act,
    name: 'muteMember',
    resource: 'members',
    path: '/servers/:serverId/mutes/:userId',
    body: {},
    status: 201,
    run: (ctx) => muteMember(ctx, 's/1', 'u#1'),
    answer: mute,
  },
  {
    ...remove,
    name: 'unmuteMember',
    resource: 'members',
    path: '/servers/:serverId/mutes/:userId',
    run: (ctx) => unmuteMember(ctx, 's/1', 'u#1'),
  },
  {
    ...read,
    name: 'listRoles',
    resource: 'roles',
    path: '/servers/:serverId/roles',
    run: (ctx) => listRoles(ctx, 's/1'),
    answer: [role],
  },
  {
    ...create,
    name: 'createRole',
    resource: 'roles',
    path: '/servers/:serverId/roles',
    body: { name: 'Moderator', color: '#ff8800', permissions: 104 },
    run: (ctx) => createRole(ctx, 's/1', { name: 'Moderator', color: '#ff8800', permissions: 104 }),
    answer: role,
  },
  {
    ...change,
    name: 'updateRole',
    resource: 'roles',
    path: '/servers/:serverId/roles/:roleId',
    body: { sortOrder: 3 },
    run: (ctx) => updateRole(ctx, 's/1', 'ü1', { sortOrder: 3 }),
    answer: role,
  },
  {
    ...remove,
    name: 'deleteRole',
    resource: 'roles',
    path: '/servers/:serverId/roles/:roleId',
    run: (ctx) => deleteRole(ctx, 's/1', 'ü1'),
  },
  {
    ...change,
    name: 'assignRole',
    resource: 'roles',
    method: 'PUT',
    path: '/servers/:serverId/members/:userId/role',
    body: { roleId: 'role1' },
    run: (ctx) => assignRole(ctx, 's/1', 'u#1', 'role1'),
    answer: object({ userId: 'u1', roleId: 'role1', roleName: 'Moderator', role: 'admin' }),
  },
  {
    ...read,
    name: 'listRooms',
    resource: 'rooms',
    path: '/servers/:serverId/rooms',
    robot: 'rewrite',
    run: (ctx) => listRooms(ctx, 's/1'),
    answer: [room],
  },
  {
    ...create,
    name: 'createRoom',
    resource: 'rooms',
    path: '/servers/:serverId/rooms',
    body: { name: 'Lounge', maxParticipants: 12 },
    run: (ctx) => createRoom(ctx, 's/1', { name: 'Lounge', maxParticipants: 12 }),
    answer: room,
  },
  {
    ...change,
    name: 'updateRoom',
    resource: 'rooms',
    path: '/servers/:serverId/rooms/:roomId',
    body: { name: 'Bar' },
    run: (ctx) => updateRoom(ctx, 's/1', 'r 1', { name: 'Bar' }),
    answer: room,
  },
  {
    ...remove,
    name: 'deleteRoom',
    resource: 'rooms',
    path: '/servers/:serverId/rooms/:roomId',
    run: (ctx) => deleteRoom(ctx, 's/1', 'r 1'),
  },
  {
    ...read,
    name: 'listRoomMessages',
    resource: 'room-messages',
    path: '/servers/:serverId/rooms/:roomId/messages',
    query: '?limit=25',
    robot: 'rewrite',
    run: (ctx) => listRoomMessages(ctx, 's/1', 'r 1', { limit: 25, cursor: undefined }),
    answer: object({ messages: [roomMessage, robotMessage, guestMessage], 'hasMore?': false, 'nextCursor?': null }),
  },
  {
    ...create,
    name: 'sendRoomMessage',
    resource: 'room-messages',
    path: '/servers/:serverId/rooms/:roomId/messages',
    body: { content: 'hi @Ann', replyToId: 'm0' },
    robot: 'rewrite',
    run: (ctx) => sendRoomMessage(ctx, 's/1', 'r 1', { content: 'hi @Ann', replyToId: 'm0', imageId: undefined }),
    answer: roomMessage,
    robotAnswer: robotMessage,
  },
  {
    ...change,
    name: 'editRoomMessage',
    resource: 'room-messages',
    path: '/servers/:serverId/rooms/:roomId/messages/:messageId',
    body: { content: 'hi all' },
    robot: 'rewrite',
    run: (ctx) => editRoomMessage(ctx, 's/1', 'r 1', 'm?1', { content: 'hi all' }),
    answer: editedRoomMessage,
    robotAnswer: object({ id: 'm1', roomId: 'r1', content: 'hi all', 'editedAt?': T2 }),
  },
  {
    ...remove,
    name: 'deleteRoomMessage',
    resource: 'room-messages',
    path: '/servers/:serverId/rooms/:roomId/messages/:messageId',
    robot: 'rewrite',
    run: (ctx) => deleteRoomMessage(ctx, 's/1', 'r 1', 'm?1'),
  },
  {
    ...read,
    name: 'listEvents',
    resource: 'events',
    path: '/servers/:serverId/events',
    run: (ctx) => listEvents(ctx, 's/1'),
    answer: object({ events: [event] }),
    value: [event],
  },
  {
    ...create,
    name: 'createEvent',
    resource: 'events',
    path: '/servers/:serverId/events',
    body: { title: 'Raid night', startsAt: T1, endsAt: T2, externalAccessEnabled: true },
    run: (ctx) =>
      createEvent(ctx, 's/1', { title: 'Raid night', startsAt: T1, endsAt: T2, externalAccessEnabled: true }),
    answer: event,
  },
  {
    ...read,
    name: 'getEvent',
    resource: 'events',
    path: '/servers/:serverId/events/:eventId',
    run: (ctx) => getEvent(ctx, 's/1', 'e:1'),
    answer: event,
  },
  {
    ...change,
    name: 'updateEvent',
    resource: 'events',
    path: '/servers/:serverId/events/:eventId',
    body: { title: 'Raid day', externalAutoAdmit: true },
    run: (ctx) => updateEvent(ctx, 's/1', 'e:1', { title: 'Raid day', externalAutoAdmit: true }),
    answer: event,
  },
  {
    ...remove,
    name: 'cancelEvent',
    resource: 'events',
    path: '/servers/:serverId/events/:eventId',
    status: 200,
    run: (ctx) => cancelEvent(ctx, 's/1', 'e:1'),
    answer: object({ status: 'cancelled', 'deletesAt?': T2 }),
  },
  {
    ...act,
    name: 'rsvpEvent',
    resource: 'events',
    path: '/servers/:serverId/events/:eventId/rsvp',
    body: { status: 'going' },
    run: (ctx) => rsvpEvent(ctx, 's/1', 'e:1', 'going'),
    answer: object({ status: 'going', counts: rsvpCounts }),
  },
  {
    ...act,
    name: 'toggleEventExternalAccess',
    resource: 'events',
    path: '/servers/:serverId/events/:eventId/external/toggle',
    idempotent: false,
    run: (ctx) => toggleEventExternalAccess(ctx, 's/1', 'e:1'),
    answer: event,
  },
  {
    ...read,
    name: 'listEventGuests',
    resource: 'event-guests',
    path: '/servers/:serverId/events/:eventId/guests',
    run: (ctx) => listEventGuests(ctx, 's/1', 'e:1'),
    answer: object({ guests: [guest] }),
    value: [guest],
  },
  {
    ...act,
    name: 'admitEventGuest',
    resource: 'event-guests',
    path: '/servers/:serverId/events/:eventId/guests/:guestId/admit',
    run: (ctx) => admitEventGuest(ctx, 's/1', 'e:1', 'g,1'),
    answer: object({ status: 'admitted' }),
  },
  {
    ...act,
    name: 'rejectEventGuest',
    resource: 'event-guests',
    path: '/servers/:serverId/events/:eventId/guests/:guestId/reject',
    run: (ctx) => rejectEventGuest(ctx, 's/1', 'e:1', 'g,1'),
    answer: object({ status: 'rejected' }),
  },
  {
    ...read,
    name: 'listEventTemplates',
    resource: 'event-templates',
    path: '/servers/:serverId/event-templates',
    run: (ctx) => listEventTemplates(ctx, 's/1'),
    answer: object({ templates: [template] }),
    value: [template],
  },
  {
    ...create,
    name: 'createEventTemplate',
    resource: 'event-templates',
    path: '/servers/:serverId/event-templates',
    body: { title: 'Weekly raid', rrule: 'FREQ=WEEKLY;BYDAY=FR', timezone: 'Europe/Berlin', startTime: '20:00' },
    run: (ctx) =>
      createEventTemplate(ctx, 's/1', {
        title: 'Weekly raid',
        rrule: 'FREQ=WEEKLY;BYDAY=FR',
        timezone: 'Europe/Berlin',
        startTime: '20:00',
      }),
    answer: template,
  },
  {
    ...change,
    name: 'updateEventTemplate',
    resource: 'event-templates',
    path: '/servers/:serverId/event-templates/:templateId',
    body: { durationMinutes: 90 },
    run: (ctx) => updateEventTemplate(ctx, 's/1', 't;1', { durationMinutes: 90 }),
    answer: template,
  },
  {
    ...remove,
    name: 'deleteEventTemplate',
    resource: 'event-templates',
    path: '/servers/:serverId/event-templates/:templateId',
    status: 200,
    run: (ctx) => deleteEventTemplate(ctx, 's/1', 't;1'),
    answer: ok,
  },
  {
    ...create,
    name: 'uploadImage',
    resource: 'images',
    path: '/images',
    form: {
      purpose: 'chat',
      alt: 'a cat, ü',
      entityId: 'r1',
      file: { name: 'image.gif', type: 'image/gif', bytes: gif },
    },
    run: (ctx) => uploadImage(ctx, Uint8Array.from(gif), { purpose: 'chat', alt: 'a cat, ü', entityId: 'r1' }),
    answer: image,
  },
  {
    ...read,
    name: 'getImage',
    resource: 'images',
    path: '/images/:imageId',
    run: (ctx) => getImage(ctx, 'p@1'),
    answer: image,
  },
  {
    ...read,
    name: 'getImageStatus',
    resource: 'images',
    path: '/images/:imageId/status',
    run: (ctx) => getImageStatus(ctx, 'p@1'),
    answer: object({
      id: 'p1',
      processingStatus: 'ready',
      'variants|null': variants,
      url: 'https://cdn.example/p1.mp4',
    }),
  },
  {
    ...remove,
    name: 'deleteImage',
    resource: 'images',
    path: '/images/:imageId',
    run: (ctx) => deleteImage(ctx, 'p@1'),
  },
];
