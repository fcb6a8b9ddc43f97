import type { Invite } from '../../models/invites.js';
import type { Ban, Mute, ServerMember } from '../../models/members.js';
import type { Role } from '../../models/roles.js';
import type { Room } from '../../models/rooms.js';
import type { Server, ServerDetails } from '../../models/servers.js';
import { isInForce, rankOf } from '../world/access.js';
import type { InviteRow, MemberRow, ModerationRow, RoleRow, RoomRow, ServerRow, UserRow } from '../world/rows.js';
import { toIso, toIsoOrNull } from '../world/time.js';
import type { World } from '../world/world.js';
import { namesOf } from './users.js';

export const serverView = (server: ServerRow): Server => ({
  id: server.id,
  name: server.name,
  iconUrl: server.iconUrl,
  iconEmoji: server.iconEmoji,
  ownerId: server.ownerId,
  memberCount: server.members.size,
  createdAt: toIso(server.createdAt),
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
  const { id, status, ...names } = namesOf(world, member.userId);
  return {
    userId: id,
    ...names,
    role: rankOf(server, id),
    roleId: member.roleId,
    status,
    joinedAt: toIso(member.joinedAt),
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
    const { id, status: _, ...names } = namesOf(world, userId);
    const isMuted = isInForce(server.mutes.get(id), world.clock.now());
    return { userId: id, ...names, isMuted, isDeafened: false, isSpeaking: false, joinedAt: toIso(joinedAt) };
  }),
  createdAt: toIso(room.createdAt),
});

export const inviteView = (invite: InviteRow): Invite => ({
  id: invite.id,
  code: invite.code,
  createdBy: invite.createdBy,
  maxUses: invite.maxUses,
  uses: invite.uses,
  expiresAt: toIsoOrNull(invite.expiresAt),
  createdAt: toIso(invite.createdAt),
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
  const { username, displayName, avatarUrl } = namesOf(world, row.userId);
  return {
    id: row.id,
    serverId: server.id,
    userId: row.userId,
    reason: row.reason,
    expiresAt: toIsoOrNull(row.expiresAt),
    createdAt: toIso(row.createdAt),
    username,
    displayName,
    avatarUrl,
  };
};

export const roleView = (server: ServerRow, { rank, ...role }: RoleRow): Role => ({
  ...role,
  serverId: server.id,
  isDefault: rank !== null,
  createdAt: toIso(role.createdAt),
});
