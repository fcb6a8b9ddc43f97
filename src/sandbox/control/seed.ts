import { Permission } from '../../models/roles.js';
import {
  makeEvent,
  makeInvite,
  makeMember,
  makeRobot,
  makeRole,
  makeRoom,
  makeServer,
  makeToken,
  makeUser,
  openDm,
} from '../world/make.js';
import { robotPermissions } from '../world/robot-events.js';
import type { Caller, MessageRow, World } from '../world/world.js';

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

const hour = 3_600_000;
const day = 24 * hour;

/** Puts the seed's people and things into an empty world; the same ids for the same seed. */
export const plantSeed = (world: World): { tokens: SandboxTokens; ids: SandboxIds } => {
  const now = world.clock.now();
  const { random } = world;

  const person = (username: string, displayName: string, daysAgo: number, steamId: string | null = null) =>
    makeUser(world, { username, displayName, steamId, createdAt: now - daysAgo * day });
  const ada = person('ada', 'Ada', 400, '76561198000000001');
  const ben = person('ben', 'Ben', 300);
  const cleo = person('cleo', 'Cleo', 200);
  const dan = person('dan', 'Dan', 100);
  ben.status = 'in-game';
  ben.steamId = '76561198000000002';
  cleo.status = 'idle';
  dan.status = 'offline';

  const server = makeServer(world, { name: 'Harbour', iconEmoji: '⚓', ownerId: ada.id });
  server.createdAt = now - 90 * day;
  const [general] = server.rooms.values();
  const music = makeRoom(world, server, { name: 'Music', createdBy: ada.id });
  const quiet = makeRoom(world, server, { name: 'Quiet', createdBy: ada.id, maxParticipants: 4 });
  makeMember(world, server, ben.id);
  makeMember(world, server, cleo.id, 'admin');
  const moderator = makeRole(world, server, {
    name: 'Moderator',
    color: '#2f9e44',
    permissions:
      Permission.MANAGE_MESSAGES | Permission.KICK_MEMBERS | Permission.MUTE_MEMBERS | Permission.CREATE_INVITES,
    sortOrder: 10,
  });
  const other = makeServer(world, { name: 'Workshop', ownerId: dan.id });

  const tokens = {
    ada: makeToken(world, ada),
    ben: makeToken(world, ben),
    cleo: makeToken(world, cleo),
    dan: makeToken(world, dan),
  };
  const robot = makeRobot(world, { serverId: server.id, name: 'Beacon', permissions: robotPermissions });

  const speakers: Caller[] = [
    ...[ada, ben, cleo].map((user): Caller => ({ kind: 'user', user })),
    { kind: 'robot', robot: robot.row },
  ];
  general!.messages = talk(world, speakers, 300);
  music.messages = talk(world, speakers.slice(0, 3), 40);

  const conversation = openDm(world, ada.id, ben.id);
  conversation.createdAt = now - 30 * day;
  conversation.messages = talk(world, speakers.slice(0, 2), 60);
  conversation.readAt.set(ada.id, conversation.messages.at(-1)!.createdAt);

  const befriend = (requesterId: string, addresseeId: string, status: 'accepted' | 'pending') => {
    const friendship = {
      id: random.id(),
      requesterId,
      addresseeId,
      status,
      createdAt: now - 31 * day,
      updatedAt: now - 31 * day,
    };
    world.friendships.set(friendship.id, friendship);
    return friendship.id;
  };
  befriend(ada.id, ben.id, 'accepted');
  const friendRequest = befriend(cleo.id, ada.id, 'pending');

  const invite = makeInvite(world, {
    serverId: server.id,
    createdBy: ada.id,
    maxUses: null,
    expiresAt: null,
    uses: 2,
    createdAt: now - 60 * day,
  });

  const guest = {
    id: random.id(),
    displayName: 'Grace',
    generatedUsername: 'guest-grace',
    status: 'pending' as const,
    createdAt: now - hour,
  };
  const event = makeEvent(world, server, {
    title: 'Launch party',
    description: 'Bring a song.',
    startsAt: now + 3 * day,
    endsAt: now + 3 * day + 2 * hour,
    createdBy: ada.id,
    externalAccessEnabled: true,
    rsvps: new Map([[ben.id, 'going' as const]]),
    createdAt: now - day,
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
    createdAt: now - 14 * day,
    madeUntil: now,
  };
  server.templates.set(template.id, template);

  const [ownerRole, adminRole, memberRole] = server.roles.keys();
  const [otherRoom] = other.rooms.keys();
  return {
    tokens: { ...tokens, robot: robot.token },
    ids: {
      users: { ada: ada.id, ben: ben.id, cleo: cleo.id, dan: dan.id },
      robot: robot.row.id,
      server: server.id,
      rooms: { general: general!.id, music: music.id, quiet: quiet.id },
      roles: { owner: ownerRole!, admin: adminRole!, member: memberRole!, moderator: moderator.id },
      inviteCode: invite.code,
      otherServer: other.id,
      otherRoom: otherRoom!,
      dm: conversation.id,
      friendRequest,
      event: event.id,
      guest: guest.id,
      eventTemplate: template.id,
    },
  };
};

const phrases = [
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

/** A conversation that ended a minute ago. */
const talk = (world: World, speakers: readonly Caller[], count: number): MessageRow[] => {
  const { random } = world;
  const messages: MessageRow[] = [];
  const end = world.clock.now() - 60_000;
  for (let index = 0; index < count; index++) {
    const replyTo = index > 4 && random.integer(8) === 0 ? messages[index - 1 - random.integer(4)]! : null;
    const createdAt = end - (count - 1 - index) * 90_000 - (index < count - 1 ? random.integer(60_000) : 0);
    messages.push({
      id: random.id(),
      author: speakers[random.integer(speakers.length)]!,
      content: phrases[random.integer(phrases.length)]!,
      createdAt,
      editedAt: random.integer(20) === 0 ? createdAt + 15_000 : null,
      replyTo,
      deleted: false,
      image: null,
    });
  }
  return messages;
};
