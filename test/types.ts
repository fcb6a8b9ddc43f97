import * as dms from '../src/operations/dms.js';
import * as eventGuests from '../src/operations/event-guests.js';
import * as eventTemplates from '../src/operations/event-templates.js';
import * as events from '../src/operations/events.js';
import * as friends from '../src/operations/friends.js';
import * as identity from '../src/operations/identity.js';
import * as images from '../src/operations/images.js';
import * as invites from '../src/operations/invites.js';
import * as members from '../src/operations/members.js';
import * as roles from '../src/operations/roles.js';
import * as roomMessages from '../src/operations/room-messages.js';
import * as rooms from '../src/operations/rooms.js';
import * as servers from '../src/operations/servers.js';
import * as system from '../src/operations/system.js';
import * as users from '../src/operations/users.js';
import { expectTypeOf } from 'vitest';
import type { CallOptions } from '../src/call-options.js';
import { createContext, type LagContext, type RobotContext, type UserContext } from '../src/context.js';
import type { LagError, LagErrorKind, LagIssue } from '../src/errors.js';
import type {
  AvatarUploadResponse,
  Acknowledgement,
  SteamActivity,
  SteamProfile,
  PushTokenBody,
  SetupUserBody,
  UpdateUserBody,
  User,
  UserStatus,
  UsernameAvailability,
} from '../src/models/users.js';
import type { Ban, ModerationBody, Mute, ServerMember } from '../src/models/members.js';
import type {
  CancelEventResponse,
  CreateEventBody,
  ServerEvent,
  RsvpStatus,
  UpdateEventBody,
  RsvpResult,
} from '../src/models/events.js';
import type { Open } from '../src/models/fields.js';
import type {
  ConversationId,
  EventGuestId,
  EventId,
  EventTemplateId,
  FriendshipId,
  ImageId,
  InviteId,
  MessageId,
  RoleId,
  RoomId,
  ServerId,
  UserId,
} from '../src/models/ids.js';
import type { DmConversation, DmMessage, SendDmMessageBody } from '../src/models/dms.js';
import type { EditMessageBody, CursorQuery, MessagePage } from '../src/models/messages.js';
import type { EditedRoomMessage, RoomMessage, SendRoomMessageBody } from '../src/models/room-messages.js';
import type { EventGuest, GuestDecision } from '../src/models/event-guests.js';
import type { CreateEventTemplateBody, EventTemplate, UpdateEventTemplateBody } from '../src/models/event-templates.js';
import type { Friend, FriendRequests, Friendship } from '../src/models/friends.js';
import type { Health, SystemStatus, UserConfig, Version } from '../src/models/system.js';
import type { Identity } from '../src/models/identity.js';
import type { ImageMetadata, UploadImageBody, ImageStatus } from '../src/models/images.js';
import type { CreateInviteBody, Invite, InviteFriendResponse, InvitePreview } from '../src/models/invites.js';
import type { CreateRoleBody, Role, UpdateRoleBody, RoleAssignment } from '../src/models/roles.js';
import type { CreateRoomBody, Room, UpdateRoomBody } from '../src/models/rooms.js';
import type {
  CreateServerBody,
  Server,
  UpdateServerBody,
  ServerDetails,
  ServerIconUploadResponse,
} from '../src/models/servers.js';
import type { ImageSource, ImageSourceOptions } from '../src/uploads/image-source.js';
import type { UploadOptions } from '../src/uploads/upload.js';
import type { LagIterable, Page } from '../src/pagination.js';
import type { LagResult } from '../src/pipeline/types.js';

// Each operation, whole.
expectTypeOf(system.getHealth).toEqualTypeOf<(ctx: LagContext, options?: CallOptions) => LagResult<Health>>();
expectTypeOf(system.getVersion).toEqualTypeOf<(ctx: LagContext, options?: CallOptions) => LagResult<Version>>();
expectTypeOf(system.getSystemStatus).toEqualTypeOf<
  (ctx: LagContext, options?: CallOptions) => LagResult<SystemStatus>
>();
expectTypeOf(system.getConfig).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<UserConfig>>();
expectTypeOf(identity.getIdentity).toEqualTypeOf<(ctx: LagContext, options?: CallOptions) => LagResult<Identity>>();
expectTypeOf(users.getMe).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<User>>();
expectTypeOf(users.updateMe).toEqualTypeOf<
  (ctx: UserContext, body: UpdateUserBody, options?: CallOptions) => LagResult<User>
>();
expectTypeOf(users.setupAccount).toEqualTypeOf<
  (ctx: UserContext, body: SetupUserBody, options?: CallOptions) => LagResult<User>
>();
expectTypeOf(users.uploadAvatar).toEqualTypeOf<
  (
    ctx: UserContext,
    source: ImageSource,
    image?: ImageSourceOptions,
    options?: UploadOptions,
  ) => LagResult<AvatarUploadResponse>
>();
expectTypeOf(users.registerPushToken).toEqualTypeOf<
  (ctx: UserContext, body: PushTokenBody, options?: CallOptions) => LagResult<Acknowledgement>
>();
expectTypeOf(users.removePushToken).toEqualTypeOf<
  (ctx: UserContext, token: string, options?: CallOptions) => LagResult<Acknowledgement>
>();
expectTypeOf(users.requestAccountDeletion).toEqualTypeOf<
  (ctx: UserContext, options?: CallOptions) => LagResult<User>
>();
expectTypeOf(users.cancelAccountDeletion).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<User>>();
expectTypeOf(users.lookupSteamProfile).toEqualTypeOf<
  (ctx: UserContext, query: string, options?: CallOptions) => LagResult<SteamProfile>
>();
expectTypeOf(users.importSteamAvatar).toEqualTypeOf<
  (ctx: UserContext, avatarUrl: string, options?: CallOptions) => LagResult<AvatarUploadResponse>
>();
expectTypeOf(users.getSteamActivity).toEqualTypeOf<
  (ctx: UserContext, options?: CallOptions) => LagResult<SteamActivity>
>();
expectTypeOf(users.checkUsername).toEqualTypeOf<
  (ctx: UserContext, username: string, options?: CallOptions) => LagResult<UsernameAvailability>
>();
expectTypeOf(users.searchUsers).toEqualTypeOf<
  (ctx: UserContext, query: string, options?: CallOptions) => LagResult<User[]>
>();
expectTypeOf(users.getUser).toEqualTypeOf<
  (ctx: UserContext, userId: UserId, options?: CallOptions) => LagResult<User>
>();
expectTypeOf(friends.listFriends).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<Friend[]>>();
expectTypeOf(friends.listFriendRequests).toEqualTypeOf<
  (ctx: UserContext, options?: CallOptions) => LagResult<FriendRequests>
>();
expectTypeOf(friends.sendFriendRequest).toEqualTypeOf<
  (ctx: UserContext, username: string, options?: CallOptions) => LagResult<Friendship>
>();
expectTypeOf(friends.acceptFriendRequest).toEqualTypeOf<
  (ctx: UserContext, requestId: FriendshipId, options?: CallOptions) => LagResult<Friendship>
>();
expectTypeOf(friends.declineFriendRequest).toEqualTypeOf<
  (ctx: UserContext, requestId: FriendshipId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(friends.removeFriend).toEqualTypeOf<
  (ctx: UserContext, friendshipId: FriendshipId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(friends.blockUser).toEqualTypeOf<
  (ctx: UserContext, userId: UserId, options?: CallOptions) => LagResult<Friendship>
>();
expectTypeOf(dms.listDms).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<DmConversation[]>>();
expectTypeOf(dms.createDm).toEqualTypeOf<
  (ctx: UserContext, userId: UserId, options?: CallOptions) => LagResult<DmConversation>
>();
expectTypeOf(dms.getDm).toEqualTypeOf<
  (ctx: UserContext, conversationId: ConversationId, options?: CallOptions) => LagResult<DmConversation>
>();
expectTypeOf(dms.listDmMessages).toEqualTypeOf<
  (
    ctx: UserContext,
    conversationId: ConversationId,
    query?: CursorQuery,
    options?: CallOptions,
  ) => LagResult<MessagePage<DmMessage>>
>();
expectTypeOf(dms.sendDmMessage).toEqualTypeOf<
  (
    ctx: UserContext,
    conversationId: ConversationId,
    body: SendDmMessageBody,
    options?: CallOptions,
  ) => LagResult<DmMessage>
>();
expectTypeOf(dms.editDmMessage).toEqualTypeOf<
  (
    ctx: UserContext,
    conversationId: ConversationId,
    messageId: MessageId,
    body: EditMessageBody,
    options?: CallOptions,
  ) => LagResult<DmMessage>
>();
expectTypeOf(dms.deleteDmMessage).toEqualTypeOf<
  (ctx: UserContext, conversationId: ConversationId, messageId: MessageId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(dms.iterateDmMessages).toEqualTypeOf<
  (
    ctx: UserContext,
    conversationId: ConversationId,
    query?: CursorQuery,
    options?: CallOptions,
  ) => LagIterable<Page<DmMessage>>
>();
expectTypeOf(servers.listServers).toEqualTypeOf<(ctx: UserContext, options?: CallOptions) => LagResult<Server[]>>();
expectTypeOf(servers.createServer).toEqualTypeOf<
  (ctx: UserContext, body: CreateServerBody, options?: CallOptions) => LagResult<Server>
>();
expectTypeOf(servers.getServer).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<ServerDetails>
>();
expectTypeOf(servers.updateServer).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, body: UpdateServerBody, options?: CallOptions) => LagResult<Server>
>();
expectTypeOf(servers.uploadServerIcon).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    source: ImageSource,
    image?: ImageSourceOptions,
    options?: UploadOptions,
  ) => LagResult<ServerIconUploadResponse>
>();
expectTypeOf(servers.deleteServer).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(servers.leaveServer).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(invites.listInvites).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<Invite[]>
>();
expectTypeOf(invites.createInvite).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, body?: CreateInviteBody, options?: CallOptions) => LagResult<Invite>
>();
expectTypeOf(invites.revokeInvite).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, inviteId: InviteId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(invites.previewInvite).toEqualTypeOf<
  (ctx: LagContext, code: string, options?: CallOptions) => LagResult<InvitePreview>
>();
expectTypeOf(invites.joinServer).toEqualTypeOf<
  (ctx: UserContext, code: string, options?: CallOptions) => LagResult<Server>
>();
expectTypeOf(invites.inviteFriend).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, userId: UserId, options?: CallOptions) => LagResult<InviteFriendResponse>
>();
expectTypeOf(members.listMembers).toEqualTypeOf<
  (ctx: LagContext, serverId: ServerId, options?: CallOptions) => LagResult<ServerMember[]>
>();
expectTypeOf(members.kickMember).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, userId: UserId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(members.listBans).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<Ban[]>
>();
expectTypeOf(members.banMember).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, userId: UserId, body?: ModerationBody, options?: CallOptions) => LagResult<Ban>
>();
expectTypeOf(members.unbanMember).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, userId: UserId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(members.listMutes).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<Mute[]>
>();
expectTypeOf(members.muteMember).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    userId: UserId,
    body?: ModerationBody,
    options?: CallOptions,
  ) => LagResult<Mute>
>();
expectTypeOf(members.unmuteMember).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, userId: UserId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(roles.listRoles).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<Role[]>
>();
expectTypeOf(roles.createRole).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, body: CreateRoleBody, options?: CallOptions) => LagResult<Role>
>();
expectTypeOf(roles.updateRole).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, roleId: RoleId, body: UpdateRoleBody, options?: CallOptions) => LagResult<Role>
>();
expectTypeOf(roles.deleteRole).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, roleId: RoleId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(roles.assignRole).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    userId: UserId,
    roleId: RoleId,
    options?: CallOptions,
  ) => LagResult<RoleAssignment>
>();
expectTypeOf(rooms.listRooms).toEqualTypeOf<
  (ctx: LagContext, serverId: ServerId, options?: CallOptions) => LagResult<Room[]>
>();
expectTypeOf(rooms.createRoom).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, body: CreateRoomBody, options?: CallOptions) => LagResult<Room>
>();
expectTypeOf(rooms.updateRoom).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, roomId: RoomId, body: UpdateRoomBody, options?: CallOptions) => LagResult<Room>
>();
expectTypeOf(rooms.deleteRoom).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, roomId: RoomId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(roomMessages.listRoomMessages).toEqualTypeOf<
  (
    ctx: LagContext,
    serverId: ServerId,
    roomId: RoomId,
    query?: CursorQuery,
    options?: CallOptions,
  ) => LagResult<MessagePage<RoomMessage>>
>();
expectTypeOf(roomMessages.sendRoomMessage).toEqualTypeOf<
  (
    ctx: LagContext,
    serverId: ServerId,
    roomId: RoomId,
    body: SendRoomMessageBody,
    options?: CallOptions,
  ) => LagResult<RoomMessage>
>();
expectTypeOf(roomMessages.sendRoomMessageOnce).toEqualTypeOf<typeof roomMessages.sendRoomMessage>();
expectTypeOf(roomMessages.editRoomMessage).toEqualTypeOf<
  (
    ctx: LagContext,
    serverId: ServerId,
    roomId: RoomId,
    messageId: MessageId,
    body: EditMessageBody,
    options?: CallOptions,
  ) => LagResult<EditedRoomMessage>
>();
expectTypeOf(roomMessages.deleteRoomMessage).toEqualTypeOf<
  (ctx: LagContext, serverId: ServerId, roomId: RoomId, messageId: MessageId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(roomMessages.iterateRoomMessages).toEqualTypeOf<
  (
    ctx: LagContext,
    serverId: ServerId,
    roomId: RoomId,
    query?: CursorQuery,
    options?: CallOptions,
  ) => LagIterable<Page<RoomMessage>>
>();
expectTypeOf(events.listEvents).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<ServerEvent[]>
>();
expectTypeOf(events.createEvent).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, body: CreateEventBody, options?: CallOptions) => LagResult<ServerEvent>
>();
expectTypeOf(events.getEvent).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, eventId: EventId, options?: CallOptions) => LagResult<ServerEvent>
>();
expectTypeOf(events.updateEvent).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    eventId: EventId,
    body: UpdateEventBody,
    options?: CallOptions,
  ) => LagResult<ServerEvent>
>();
expectTypeOf(events.cancelEvent).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, eventId: EventId, options?: CallOptions) => LagResult<CancelEventResponse>
>();
expectTypeOf(events.rsvpEvent).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    eventId: EventId,
    status: Open<RsvpStatus>,
    options?: CallOptions,
  ) => LagResult<RsvpResult>
>();
expectTypeOf(events.toggleEventExternalAccess).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, eventId: EventId, options?: CallOptions) => LagResult<ServerEvent>
>();
expectTypeOf(eventGuests.listEventGuests).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, eventId: EventId, options?: CallOptions) => LagResult<EventGuest[]>
>();
expectTypeOf(eventGuests.admitEventGuest).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    eventId: EventId,
    guestId: EventGuestId,
    options?: CallOptions,
  ) => LagResult<GuestDecision>
>();
expectTypeOf(eventGuests.rejectEventGuest).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    eventId: EventId,
    guestId: EventGuestId,
    options?: CallOptions,
  ) => LagResult<GuestDecision>
>();
expectTypeOf(eventTemplates.listEventTemplates).toEqualTypeOf<
  (ctx: UserContext, serverId: ServerId, options?: CallOptions) => LagResult<EventTemplate[]>
>();
expectTypeOf(eventTemplates.createEventTemplate).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    body: CreateEventTemplateBody,
    options?: CallOptions,
  ) => LagResult<EventTemplate>
>();
expectTypeOf(eventTemplates.updateEventTemplate).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    templateId: EventTemplateId,
    body: UpdateEventTemplateBody,
    options?: CallOptions,
  ) => LagResult<EventTemplate>
>();
expectTypeOf(eventTemplates.deleteEventTemplate).toEqualTypeOf<
  (
    ctx: UserContext,
    serverId: ServerId,
    templateId: EventTemplateId,
    options?: CallOptions,
  ) => LagResult<Acknowledgement>
>();
expectTypeOf(images.uploadImage).toEqualTypeOf<
  (ctx: UserContext, source: ImageSource, body: UploadImageBody, options?: UploadOptions) => LagResult<ImageMetadata>
>();
expectTypeOf(images.getImage).toEqualTypeOf<
  (ctx: UserContext, imageId: ImageId, options?: CallOptions) => LagResult<ImageMetadata>
>();
expectTypeOf(images.getImageStatus).toEqualTypeOf<
  (ctx: UserContext, imageId: ImageId, options?: CallOptions) => LagResult<ImageStatus>
>();
expectTypeOf(images.deleteImage).toEqualTypeOf<
  (ctx: UserContext, imageId: ImageId, options?: CallOptions) => LagResult<void>
>();
expectTypeOf(images.waitForImage).toEqualTypeOf<
  (
    ctx: UserContext,
    imageId: ImageId,
    wait?: images.WaitForImageOptions,
    options?: CallOptions,
  ) => LagResult<ImageStatus>
>();

// Every operation, by its context: a robot's fits those that a robot may use, and no other.
type Operations = typeof system &
  typeof identity &
  typeof users &
  typeof friends &
  typeof dms &
  typeof servers &
  typeof invites &
  typeof members &
  typeof roles &
  typeof rooms &
  typeof roomMessages &
  typeof events &
  typeof eventGuests &
  typeof eventTemplates &
  typeof images;
type Taking<C> = {
  [Name in keyof Operations]: Operations[Name] extends (ctx: infer Ctx, ...rest: never[]) => unknown
    ? C extends Ctx
      ? Name
      : never
    : never;
}[keyof Operations];
expectTypeOf<Taking<LagContext>>().toEqualTypeOf<keyof Operations>();
expectTypeOf<Taking<UserContext>>().toEqualTypeOf<keyof Operations>();
expectTypeOf<Taking<RobotContext>>().toEqualTypeOf<
  | 'getHealth'
  | 'getVersion'
  | 'getSystemStatus'
  | 'getIdentity'
  | 'previewInvite'
  | 'listMembers'
  | 'listRooms'
  | 'listRoomMessages'
  | 'iterateRoomMessages'
  | 'sendRoomMessage'
  | 'sendRoomMessageOnce'
  | 'editRoomMessage'
  | 'deleteRoomMessage'
>();

// What a token says of its context.
expectTypeOf(createContext('lag_robot_a_b')).toEqualTypeOf<RobotContext>();
expectTypeOf(createContext('lag_pat_a')).toEqualTypeOf<UserContext>();
expectTypeOf(createContext('lag_pat_a' as string)).toEqualTypeOf<LagContext>();
expectTypeOf(createContext('lag_robot_a_b')).toEqualTypeOf<RobotContext>();

export const calls = (user: UserContext, robot: RobotContext): LagResult<unknown>[] => [
  roomMessages.sendRoomMessage(robot, 's1', 'r1', { content: 'hi' }),
  // @ts-expect-error A robot has no friends.
  friends.listFriends(robot),
  // @ts-expect-error The key says so already.
  users.getMe(createContext('lag_robot_a_b')),
  // @ts-expect-error A misspelt field.
  roomMessages.sendRoomMessage(user, 's1', 'r1', { contnet: 'hi' }),
  // @ts-expect-error A platform that there is not.
  users.registerPushToken(user, { token: 't', platform: 'windows' }),
];

// Ids: each has a name of its own, a plain string passes, and another id does not, whatever its position.
export const ids = (
  user: UserContext,
  room: Room,
  message: RoomMessage,
  dm: DmMessage,
  event: ServerEvent,
): unknown => {
  expectTypeOf(room.id).toEqualTypeOf<RoomId>();
  expectTypeOf(room.serverId).toEqualTypeOf<ServerId>();
  expectTypeOf(message.userId).toEqualTypeOf<UserId | null>();
  expectTypeOf<RoomId>().toExtend<string>();
  expectTypeOf<string>().toExtend<RoomId>();
  const names = new Map<RoomId, string>([['r1', 'Lounge']]);
  const byId: Record<RoomId, string> = { r1: 'Lounge' };
  const body = { content: 'hi' };
  return [
    names.get('r1'),
    byId[room.id],
    JSON.parse(JSON.stringify(room.id)),
    `${room.id}`.split('-'),
    room.id === 'r1',
    roomMessages.sendRoomMessage(user, 's1', 'r1', body),
    roomMessages.sendRoomMessage(user, room.serverId, room.id, { ...body, replyToId: message.id, imageId: 'i1' }),
    // @ts-expect-error A room's id where the server's goes.
    roomMessages.sendRoomMessage(user, room.id, 'r1', body),
    // @ts-expect-error A server's id where the room's goes.
    roomMessages.sendRoomMessage(user, 's1', room.serverId, body),
    // @ts-expect-error A room's id where the message's goes.
    roomMessages.sendRoomMessage(user, 's1', 'r1', { ...body, replyToId: room.id }),
    // @ts-expect-error A message's id where the image's goes.
    roomMessages.sendRoomMessage(user, 's1', 'r1', { ...body, imageId: message.id }),
    // @ts-expect-error The user's id of a message where its own goes.
    roomMessages.deleteRoomMessage(user, 's1', 'r1', dm.userId),
    // @ts-expect-error A message's id where the conversation's goes.
    dms.sendDmMessage(user, dm.id, body),
    // @ts-expect-error A role's id where the user's goes.
    roles.assignRole(user, 's1', 'r' as RoleId, 'u'),
    // @ts-expect-error A user's id where the role's goes.
    roles.assignRole(user, 's1', 'u', 'u' as UserId),
    // @ts-expect-error The id of an event's template where the event's goes.
    events.getEvent(user, 's1', event.templateId ?? 't'),
    // @ts-expect-error An event's id where the template's goes.
    eventTemplates.deleteEventTemplate(user, 's1', event.id),
    // @ts-expect-error A user's id where the guest's goes.
    eventGuests.admitEventGuest(user, 's1', 'e1', event.createdBy),
    // @ts-expect-error A user's id where the friendship's goes.
    friends.removeFriend(user, dm.userId),
    // @ts-expect-error A server's id where the invite's goes.
    invites.revokeInvite(user, 's1', room.serverId),
    // @ts-expect-error A message's id where the image's goes.
    images.getImage(user, message.id),
    // @ts-expect-error A robot's id where the user's goes.
    dms.createDm(user, message.robotId ?? 'b'),
  ];
};

// Answers: optional and nullable as promised, unknown fields kept but not typed, known values suggested.
expectTypeOf<RoomMessage['userId']>().toEqualTypeOf<UserId | null>();
expectTypeOf<RoomMessage['editedAt']>().toEqualTypeOf<string | null | undefined>();
expectTypeOf<EditedRoomMessage['username']>().toEqualTypeOf<string | null | undefined>();
expectTypeOf<EditedRoomMessage['content']>().toEqualTypeOf<string>();
expectTypeOf<Pick<User, 'steamId'>>().toEqualTypeOf<{ steamId?: string | null | undefined }>();
expectTypeOf<User['status']>().toEqualTypeOf<Open<UserStatus>>();
expectTypeOf<'on-the-moon'>().toExtend<User['status']>();
expectTypeOf<string extends keyof User ? true : false>().toEqualTypeOf<false>();
// @ts-expect-error A misspelt field.
export type Misspelt = User['usernmae'];

// An identity is narrowed by its kind.
export const describe = (identity: Identity): string =>
  identity.kind === 'robot' ? identity.serverId : identity.username;
// @ts-expect-error Only a robot has one.
export const serverOf = (identity: Identity): string => identity.serverId;

// An error is narrowed by its kind, each has what it promises, and none is left over.
export const explain = (error: LagError): unknown => {
  expectTypeOf(error.kind).toEqualTypeOf<LagErrorKind>();
  expectTypeOf(error).toExtend<Error>();
  switch (error.kind) {
    case 'rate_limit':
    case 'server':
      return expectTypeOf(error.retryAfterSeconds).toEqualTypeOf<number | undefined>();
    case 'auth':
    case 'permission':
    case 'not_found':
    case 'conflict':
      expectTypeOf(error.status).toEqualTypeOf<number>();
      return expectTypeOf(error.code).toEqualTypeOf<string | undefined>();
    case 'api':
      return expectTypeOf(error.body).toEqualTypeOf<unknown>();
    case 'invalid_response':
      return expectTypeOf(error.issues).toEqualTypeOf<readonly LagIssue[]>();
    case 'connection':
    case 'timeout':
    case 'aborted':
    case 'invalid_token':
    case 'invalid_input':
      return expectTypeOf(error.status).toEqualTypeOf<number | undefined>();
    default:
      return expectTypeOf(error).toBeNever();
  }
};
