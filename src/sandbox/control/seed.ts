import { defaultRole } from '../world/access.js';
import {
  addMember,
  createEvent,
  createInvite,
  createRobot,
  createRole,
  createRoom,
  createServer,
  createUser,
  createUserToken,
  openConversation,
} from '../world/create.js';
import { combinePermissions } from '../world/permissions.js';
import { ROBOT_PERMISSIONS } from '../world/robot-events.js';
import type { Caller, MessageRow } from '../world/rows.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../world/time.js';
import type { World } from '../world/world.js';

/** Tokens of the seed: four users and a robot. */
export interface SandboxTokens {
  /** Owns the server. */
  readonly ada: `lag_pat_${string}`;
  /** A plain member, and a friend of ada. */
  readonly ben: `lag_pat_${string}`;
  /** An admin of the server, whose friend request waits for ada. */
  readonly cleo: `lag_pat_${string}`;
  /** Not in ada's server; owns another one. */
  readonly dan: `lag_pat_${string}`;
  /** A robot of ada's server with every permission; asks for its events by long poll. */
  readonly robot: `lag_robot_${string}`;
}

/** Ids of the seed. */
export interface SandboxIds {
  /** The users of the tokens. */
  readonly users: { readonly ada: string; readonly ben: string; readonly cleo: string; readonly dan: string };
  readonly robot: string;
  /** Ada's server. */
  readonly server: string;
  /** Its rooms: `general` with 300 messages, `music` with 40, `quiet` with none. */
  readonly rooms: { readonly general: string; readonly music: string; readonly quiet: string };
  /** Its roles. */
  readonly roles: {
    readonly owner: string;
    readonly admin: string;
    readonly member: string;
    readonly moderator: string;
  };
  /** Code of an invite to it that has no end. */
  readonly inviteCode: string;
  /** Dan's server, and its room. */
  readonly otherServer: string;
  readonly otherRoom: string;
  /** The conversation of ada and ben, with 60 messages. */
  readonly dm: string;
  /** Cleo's friend request to ada. */
  readonly friendRequest: string;
  /** An event in three days, open to guests, and a guest who waits. */
  readonly event: string;
  readonly guest: string;
  /** A template: every Tuesday at 19:30 in Berlin. */
  readonly eventTemplate: string;
}

/** Fills an empty world with the same users, servers and messages for the same seed; with new tokens if none are given. */
export const plantSeed = (world: World, old?: SandboxTokens): { tokens: SandboxTokens; ids: SandboxIds } => {
  const now = world.clock.now();
  const { random } = world;

  const person = (username: string, displayName: string, daysAgo: number, steamId: string | null = null) =>
    createUser(world, { username, displayName, steamId, createdAt: now - daysAgo * DAY_MS });
  const ada = person('ada', 'Ada', 400, '76561198000000001');
  const ben = person('ben', 'Ben', 300);
  const cleo = person('cleo', 'Cleo', 200);
  const dan = person('dan', 'Dan', 100);
  ben.status = 'in-game';
  ben.steamId = '76561198000000002';
  cleo.status = 'idle';
  dan.status = 'offline';

  const server = createServer(world, { name: 'Harbour', iconEmoji: '⚓', ownerId: ada.id });
  server.createdAt = now - 90 * DAY_MS;
  const general = requireFirst(server.rooms.values());
  const music = createRoom(world, server, { name: 'Music', createdBy: ada.id });
  const quiet = createRoom(world, server, { name: 'Quiet', createdBy: ada.id, maxParticipants: 4 });
  addMember(world, server, ben.id);
  addMember(world, server, cleo.id, 'admin');
  const moderator = createRole(world, server, {
    name: 'Moderator',
    color: '#2f9e44',
    permissions: combinePermissions('MANAGE_MESSAGES', 'KICK_MEMBERS', 'MUTE_MEMBERS', 'CREATE_INVITES'),
    sortOrder: 10,
  });
  const other = createServer(world, { name: 'Workshop', ownerId: dan.id });

  const tokens = {
    ada: createUserToken(world, ada, old?.ada),
    ben: createUserToken(world, ben, old?.ben),
    cleo: createUserToken(world, cleo, old?.cleo),
    dan: createUserToken(world, dan, old?.dan),
  };
  const beacon = { serverId: server.id, name: 'Beacon', permissions: ROBOT_PERMISSIONS };
  const robot = createRobot(world, beacon, old?.robot);

  const speakers: Caller[] = [
    ...[ada, ben, cleo].map((user): Caller => ({ kind: 'user', user })),
    { kind: 'robot', robot: robot.row },
  ];
  general.messages = createConversation(world, speakers, 300);
  music.messages = createConversation(world, speakers.slice(0, 3), 40);

  const conversation = openConversation(world, ada.id, ben.id);
  conversation.createdAt = now - 30 * DAY_MS;
  conversation.messages = createConversation(world, speakers.slice(0, 2), 60);
  conversation.readAt.set(ada.id, now - CONVERSATION_ENDED_AGO_MS);

  const befriend = (requesterId: string, addresseeId: string, status: 'accepted' | 'pending') => {
    const friendship = {
      id: random.id(),
      requesterId,
      addresseeId,
      status,
      createdAt: now - 31 * DAY_MS,
      updatedAt: now - 31 * DAY_MS,
    };
    world.friendships.set(friendship.id, friendship);
    return friendship.id;
  };
  befriend(ada.id, ben.id, 'accepted');
  const friendRequest = befriend(cleo.id, ada.id, 'pending');

  const invite = createInvite(world, {
    serverId: server.id,
    createdBy: ada.id,
    maxUses: null,
    expiresAt: null,
    uses: 2,
    createdAt: now - 60 * DAY_MS,
  });

  const guest = {
    id: random.id(),
    displayName: 'Grace',
    generatedUsername: 'guest-grace',
    status: 'pending' as const,
    createdAt: now - HOUR_MS,
  };
  const event = createEvent(world, server, {
    title: 'Launch party',
    description: 'Bring a song.',
    startsAt: now + 3 * DAY_MS,
    endsAt: now + 3 * DAY_MS + 2 * HOUR_MS,
    createdBy: ada.id,
    externalAccessEnabled: true,
    rsvps: new Map([[ben.id, 'going' as const]]),
    createdAt: now - DAY_MS,
    guests: new Map([[guest.id, guest]]),
  });

  const template = {
    id: random.id(),
    title: 'Weekly meet-up',
    description: null,
    coverImageUrl: null,
    durationMinutes: 90,
    rrule: 'FREQ=WEEKLY;BYDAY=TU',
    timezone: 'Europe/Berlin',
    startTime: '19:30',
    externalAccessEnabled: false,
    externalAutoAdmit: false,
    createdBy: ada.id,
    createdAt: now - 14 * DAY_MS,
    createdUntil: now,
  };
  server.templates.set(template.id, template);

  return {
    tokens: { ...tokens, robot: robot.token },
    ids: {
      users: { ada: ada.id, ben: ben.id, cleo: cleo.id, dan: dan.id },
      robot: robot.row.id,
      server: server.id,
      rooms: { general: general.id, music: music.id, quiet: quiet.id },
      roles: {
        owner: defaultRole(server, 'owner').id,
        admin: defaultRole(server, 'admin').id,
        member: defaultRole(server, 'member').id,
        moderator: moderator.id,
      },
      inviteCode: invite.code,
      otherServer: other.id,
      otherRoom: requireFirst(other.rooms.values()).id,
      dm: conversation.id,
      friendRequest,
      event: event.id,
      guest: guest.id,
      eventTemplate: template.id,
    },
  };
};

const PHRASES = [
  'Anyone up for a round?',
  'Five minutes.',
  'Who took my headset?',
  'The new map is out.',
  'I can hear you twice.',
  'Try the other microphone.',
  'Good game!',
  'Same time tomorrow?',
  'Sorry, phone.',
  'That was close.',
];

const CONVERSATION_ENDED_AGO_MS = MINUTE_MS;
const BETWEEN_MESSAGES_MS = 90 * SECOND_MS;

/** A conversation whose last message is a minute old. */
const createConversation = (world: World, speakers: readonly Caller[], count: number): MessageRow[] => {
  const { random } = world;
  const pick = <T>(items: readonly T[]): T => requireFirst(items.slice(random.integer(items.length)));
  const messages: MessageRow[] = [];
  const endsAt = world.clock.now() - CONVERSATION_ENDED_AGO_MS;
  for (let index = 0; index < count; index++) {
    const isReply = index > 4 && random.integer(8) === 0;
    const isLast = index === count - 1;
    const earlierMs = (count - 1 - index) * BETWEEN_MESSAGES_MS + (isLast ? 0 : random.integer(MINUTE_MS));
    const createdAt = endsAt - earlierMs;
    messages.push({
      id: random.id(),
      author: pick(speakers),
      content: pick(PHRASES),
      createdAt,
      editedAt: random.integer(20) === 0 ? createdAt + 15 * SECOND_MS : null,
      replyTo: isReply ? pick(messages.slice(-4)) : null,
      deleted: false,
      image: null,
    });
  }
  return messages;
};

const requireFirst = <T>(items: Iterable<T>): T => {
  for (const item of items) return item;
  throw new Error('The seed is incomplete');
};
