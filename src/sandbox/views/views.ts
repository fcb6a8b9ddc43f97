import type { Ban, Mute, ServerMember } from '../../models/members.js';
import type { DmConversation, DmMessage } from '../../models/dms.js';
import type { ServerEvent, EventStatus, RsvpCounts } from '../../models/events.js';
import type { EventGuest } from '../../models/event-guests.js';
import type { EventTemplate } from '../../models/event-templates.js';
import type { Friendship } from '../../models/friends.js';
import type { ImageMetadata, ImageProcessingStatus, ImageStatus, MessageImage } from '../../models/images.js';
import type { Invite } from '../../models/invites.js';
import type { Mention, RoomMessage } from '../../models/room-messages.js';
import type { ReplyTo } from '../../models/messages.js';
import type { RobotInfo } from '../../models/robots.js';
import type { Role } from '../../models/roles.js';
import type { Room } from '../../models/rooms.js';
import type { Server, ServerDetails } from '../../models/servers.js';
import type { User } from '../../models/users.js';
import { rankOf } from '../world/access.js';
import type {
  Caller,
  DmRow,
  EventRow,
  FriendshipRow,
  GuestRow,
  ImageRow,
  InviteRow,
  MemberRow,
  MessageRow,
  ModerationRow,
  RobotRow,
  RoleRow,
  RoomRow,
  ServerRow,
  TemplateRow,
  UserRow,
  World,
} from '../world/world.js';

// The shapes that the API documents, made of what the sandbox holds.

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export const userView = (user: UserRow): User => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  avatarUrl: user.avatarUrl,
  status: user.status,
  steamId: user.steamId,
  createdAt: iso(user.createdAt),
});

/** What a user sees of itself. */
export const selfView = (user: UserRow): User & { deletionScheduledAt: string | null } => ({
  ...userView(user),
  flags: { hasAccess: true, suspended: false, features: {} },
  deletionScheduledAt: isoOrNull(user.deletesAt),
});

export const robotView = (robot: RobotRow): RobotInfo => ({
  id: robot.id,
  name: robot.name,
  serverId: robot.serverId,
  avatarUrl: robot.avatarUrl,
  permissions: [...robot.permissions],
  active: robot.active,
  createdAt: iso(robot.createdAt),
});

export const friendshipView = (row: FriendshipRow): Friendship => ({
  ...row,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
});

export const serverView = (server: ServerRow): Server => ({
  id: server.id,
  name: server.name,
  iconUrl: server.iconUrl,
  iconEmoji: server.iconEmoji,
  ownerId: server.ownerId,
  memberCount: server.members.size,
  createdAt: iso(server.createdAt),
});

export const serverDetailsView = (world: World, server: ServerRow, me: UserRow): ServerDetails => ({
  ...serverView(server),
  rooms: roomViews(world, server),
  members: memberViews(world, server),
  myRole: rankOf(server, me.id),
});

export const memberViews = (world: World, server: ServerRow): ServerMember[] =>
  [...server.members.values()].map((member) => memberView(world, server, member));

export const memberView = (world: World, server: ServerRow, member: MemberRow): ServerMember => {
  const { id, status, ...names } = nameOf(world, member.userId);
  return {
    userId: id,
    ...names,
    role: rankOf(server, id),
    roleId: member.roleId,
    status,
    joinedAt: iso(member.joinedAt),
  };
};

export const roomViews = (world: World, server: ServerRow): Room[] =>
  [...server.rooms.values()].map((room) => roomView(world, server, room));

export const roomView = (world: World, server: ServerRow, room: RoomRow): Room => ({
  id: room.id,
  serverId: room.serverId,
  name: room.name,
  createdBy: room.createdBy,
  maxParticipants: room.maxParticipants,
  participants: [...room.participants].map(([userId, joinedAt]) => {
    const { id, status: _, ...names } = nameOf(world, userId);
    const isMuted = server.mutes.has(id);
    return { userId: id, ...names, isMuted, isDeafened: false, isSpeaking: false, joinedAt: iso(joinedAt) };
  }),
  createdAt: iso(room.createdAt),
});

export const inviteView = (invite: InviteRow): Invite => ({
  id: invite.id,
  code: invite.code,
  createdBy: invite.createdBy,
  maxUses: invite.maxUses,
  uses: invite.uses,
  expiresAt: isoOrNull(invite.expiresAt),
  createdAt: iso(invite.createdAt),
});

export const banView = (world: World, server: ServerRow, row: ModerationRow): Ban => ({
  ...moderationView(world, server, row),
  bannedBy: row.by,
});

export const muteView = (world: World, server: ServerRow, row: ModerationRow): Mute => ({
  ...moderationView(world, server, row),
  mutedBy: row.by,
});

const moderationView = (world: World, server: ServerRow, row: ModerationRow) => {
  const { username, displayName, avatarUrl } = nameOf(world, row.userId);
  return {
    id: row.id,
    serverId: server.id,
    userId: row.userId,
    reason: row.reason,
    expiresAt: isoOrNull(row.expiresAt),
    createdAt: iso(row.createdAt),
    username,
    displayName,
    avatarUrl,
  };
};

export const roleView = (server: ServerRow, { makes, ...role }: RoleRow): Role => ({
  ...role,
  serverId: server.id,
  isDefault: makes !== null,
  createdAt: iso(role.createdAt),
});

export const roomMessageView = (world: World, server: ServerRow, room: RoomRow, message: MessageRow): RoomMessage => {
  const isBot = message.author.kind === 'robot';
  const sender = senderOf(message.author);
  return {
    id: message.id,
    roomId: room.id,
    userId: isBot ? null : sender.id,
    username: sender.username,
    displayName: sender.displayName,
    avatarUrl: sender.avatarUrl,
    content: message.content,
    createdAt: iso(message.createdAt),
    editedAt: isoOrNull(message.editedAt),
    robotId: isBot ? sender.id : null,
    robotName: isBot ? sender.username : null,
    robotAvatarUrl: isBot ? sender.avatarUrl : null,
    isBot,
    replyTo: replyView(message.replyTo),
    mentions: mentionsOf(world, server, message.content),
    image: imageInMessage(world, message.image),
  };
};

export const dmMessageView = (world: World, dm: DmRow, message: MessageRow): DmMessage => {
  const sender = senderOf(message.author);
  return {
    id: message.id,
    conversationId: dm.id,
    userId: sender.id,
    username: sender.username,
    displayName: sender.displayName,
    avatarUrl: sender.avatarUrl,
    content: message.content,
    createdAt: iso(message.createdAt),
    editedAt: isoOrNull(message.editedAt),
    replyTo: replyView(message.replyTo),
    image: imageInMessage(world, message.image),
  };
};

export const dmView = (world: World, dm: DmRow, me: UserRow): DmConversation => {
  const otherId = otherIn(dm, me);
  const last = dm.messages.at(-1);
  const readAt = dm.readAt.get(me.id) ?? 0;
  return {
    id: dm.id,
    otherUser: userView(world.users.get(otherId)!),
    lastMessage: last ? dmMessageView(world, dm, last) : null,
    createdAt: iso(dm.createdAt),
    unreadCount: dm.messages.filter((message) => message.createdAt > readAt && senderOf(message.author).id === otherId)
      .length,
  };
};

export const otherIn = (dm: DmRow, me: UserRow): string => (dm.userIds[0] === me.id ? dm.userIds[1] : dm.userIds[0]);

export const eventView = (world: World, server: ServerRow, event: EventRow, me: UserRow | null): ServerEvent => {
  const creator = nameOf(world, event.createdBy);
  return {
    id: event.id,
    serverId: server.id,
    title: event.title,
    description: event.description,
    coverImageUrl: event.coverImageUrl,
    startsAt: iso(event.startsAt),
    endsAt: isoOrNull(event.endsAt),
    status: eventStatus(world, event),
    voiceRoomId: null,
    createdBy: event.createdBy,
    creatorUsername: creator.username,
    creatorDisplayName: creator.displayName,
    shareCode: event.shareCode,
    externalAccessEnabled: event.externalAccessEnabled,
    externalAutoAdmit: event.externalAutoAdmit,
    rsvpCounts: rsvpCounts(event),
    myRsvp: (me && event.rsvps.get(me.id)) ?? null,
    templateId: event.templateId,
    createdAt: iso(event.createdAt),
  };
};

// An event without an end is over after as long.
const openEndMs = 4 * 3_600_000;

export const eventStatus = (world: World, event: EventRow): EventStatus => {
  const now = world.clock.now();
  if (event.cancelledAt !== null) return 'cancelled';
  if (now < event.startsAt) return 'scheduled';
  return now < (event.endsAt ?? event.startsAt + openEndMs) ? 'active' : 'ended';
};

export const guestView = (guest: GuestRow): EventGuest => ({ ...guest, createdAt: iso(guest.createdAt) });

/** A template without its `nextOccurrenceAt`, which takes a moment to find. */
export const templateView = (server: ServerRow, template: TemplateRow): Omit<EventTemplate, 'nextOccurrenceAt'> => ({
  id: template.id,
  serverId: server.id,
  title: template.title,
  description: template.description,
  coverImageUrl: template.coverImageUrl,
  durationMinutes: template.durationMinutes,
  rrule: template.rrule,
  timezone: template.timezone,
  startTime: template.startTime,
  externalAccessEnabled: template.externalAccessEnabled,
  externalAutoAdmit: template.externalAutoAdmit,
  createdBy: template.createdBy,
  createdAt: iso(template.createdAt),
});

export const rsvpCounts = ({ rsvps }: EventRow): RsvpCounts => {
  const count = (status: string) => [...rsvps.values()].filter((rsvp) => rsvp === status).length;
  return { going: count('going'), maybe: count('maybe'), notGoing: count('not_going') };
};

export const processingStatus = (world: World, image: ImageRow): ImageProcessingStatus => {
  const age = world.clock.now() - image.createdAt;
  if (age >= world.settings.imageProcessingMs) return image.sound ? 'ready' : 'failed';
  return age < world.settings.imageProcessingMs / 2 ? 'pending' : 'processing';
};

export const imageView = (world: World, image: ImageRow): ImageMetadata => ({
  id: image.id,
  uploaderId: image.uploaderId,
  ...processed(world, image),
  originalUrl: originalUrl(image),
  size: image.size,
  width: image.width,
  height: image.height,
  purpose: image.purpose,
  alt: image.alt,
  createdAt: iso(image.createdAt),
});

export const imageStatusView = (world: World, image: ImageRow): ImageStatus => {
  const { processingStatus, variants, url } = processed(world, image);
  return { id: image.id, processingStatus, variants, url };
};

export const cdn = 'https://cdn.lag.example';

const originalUrl = (image: ImageRow) => `${cdn}/images/${image.id}/original`;

// Above this a GIF becomes an MP4.
const largeGif = 1024 * 1024;

const processed = (world: World, image: ImageRow) => {
  const status = processingStatus(world, image);
  const ready = status === 'ready';
  const isVideo = ready && image.contentType === 'image/gif' && image.size > largeGif;
  const { width, height, size } = image;
  return {
    url: ready ? `${cdn}/images/${image.id}/${isVideo ? 'video.mp4' : 'full'}` : originalUrl(image),
    contentType: isVideo ? 'video/mp4' : image.contentType,
    processingStatus: status,
    variants:
      ready && width && height
        ? {
            thumbnail: {
              url: `${cdn}/images/${image.id}/thumbnail`,
              width: Math.min(width, 320),
              height: Math.max(1, Math.round((height * Math.min(width, 320)) / width)),
              size: Math.ceil(size / 4),
            },
          }
        : null,
    blurhash: ready ? 'L6PZfSi_.AyE_3t7t7R**0o#DgR4' : null,
  };
};

const imageInMessage = (world: World, image: ImageRow | null): MessageImage | null => {
  if (!image) return null;
  const { url, contentType, variants, blurhash } = processed(world, image);
  return { id: image.id, url, width: image.width, height: image.height, blurhash, contentType, variants };
};

/** Who wrote it, under the names that messages use. */
export const senderOf = (author: Caller) =>
  author.kind === 'user'
    ? author.user
    : {
        id: author.robot.id,
        username: author.robot.name,
        displayName: author.robot.name,
        avatarUrl: author.robot.avatarUrl,
      };

const replyView = (message: MessageRow | null): ReplyTo | null => {
  if (!message || message.deleted) return null;
  const isBot = message.author.kind === 'robot';
  const sender = senderOf(message.author);
  return {
    id: message.id,
    userId: isBot ? '' : sender.id,
    username: sender.username,
    displayName: sender.displayName,
    content: message.content,
    robotId: isBot ? sender.id : null,
    robotName: isBot ? sender.username : null,
    isBot,
  };
};

/** `@username` of a member and `@Name` of a robot. */
const mentionsOf = (world: World, server: ServerRow, content: string): Mention[] => {
  if (!content.includes('@')) return [];
  const named = new Set(Array.from(content.matchAll(/@([\w.-]+)/g), ([, name]) => name!.toLowerCase()));
  const users = [...server.members.keys()].map((userId) => nameOf(world, userId));
  const robots = [...world.robots.values()].filter((robot) => robot.serverId === server.id);
  return [
    ...users
      .filter((user) => named.has(user.username.toLowerCase()))
      .map(({ id, username }) => ({ type: 'user', id, name: username })),
    ...robots
      .filter((robot) => named.has(robot.name.toLowerCase()))
      .map(({ id, name }) => ({ type: 'robot', id, name })),
  ];
};

/** The names of a user, one whose account is deleted included. */
const nameOf = (world: World, userId: string) => {
  const user = world.users.get(userId);
  return {
    id: userId,
    username: user?.username ?? 'deleted',
    displayName: user?.displayName ?? null,
    avatarUrl: user?.avatarUrl ?? null,
    status: user?.status ?? 'offline',
  };
};
