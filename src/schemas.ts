// The entry `lagclient/schemas`: a valibot schema for every response, request body and robot event.
export { FeatureSchema, HealthSchema, SystemStatusSchema, UserConfigSchema, VersionSchema } from './models/system.js';
export { UserIdentityResponseSchema } from './models/identity.js';
export {
  AcknowledgementSchema,
  AvatarUploadResponseSchema,
  ImportSteamAvatarBodySchema,
  PushTokenBodySchema,
  RemovePushTokenBodySchema,
  SetupUserBodySchema,
  SteamActivitySchema,
  SteamProfileSchema,
  UpdateUserBodySchema,
  UserFlagsSchema,
  UserListSchema,
  UserSchema,
  UsernameAvailabilitySchema,
} from './models/users.js';
export {
  AnswerFriendRequestBodySchema,
  BlockUserBodySchema,
  FriendListSchema,
  FriendRequestsSchema,
  FriendSchema,
  FriendshipSchema,
  IncomingFriendRequestSchema,
  OutgoingFriendRequestSchema,
  SendFriendRequestBodySchema,
} from './models/friends.js';
export {
  CreateDmBodySchema,
  DmConversationListSchema,
  DmConversationSchema,
  DmMessagePageSchema,
  DmMessageSchema,
  SendDmMessageBodySchema,
} from './models/dms.js';
export {
  CreateServerBodySchema,
  ServerDetailsSchema,
  ServerIconUploadResponseSchema,
  ServerListSchema,
  ServerSchema,
  UpdateServerBodySchema,
} from './models/servers.js';
export {
  CreateInviteBodySchema,
  InviteFriendBodySchema,
  InviteFriendResponseSchema,
  InviteListSchema,
  InvitePreviewSchema,
  InviteSchema,
} from './models/invites.js';
export {
  BanListSchema,
  BanSchema,
  ModerationBodySchema,
  MuteListSchema,
  MuteSchema,
  ServerMemberListSchema,
  ServerMemberSchema,
} from './models/members.js';
export {
  AssignRoleBodySchema,
  CreateRoleBodySchema,
  RoleAssignmentSchema,
  RoleListSchema,
  RoleSchema,
  UpdateRoleBodySchema,
} from './models/roles.js';
export {
  CreateRoomBodySchema,
  ParticipantSchema,
  RoomListSchema,
  RoomSchema,
  UpdateRoomBodySchema,
} from './models/rooms.js';
export { CursorQuerySchema, EditMessageBodySchema, MessageContentSchema, ReplyToSchema } from './models/messages.js';
export {
  EditedRoomMessageSchema,
  MentionSchema,
  RoomMessagePageSchema,
  RoomMessageSchema,
  SendRoomMessageBodySchema,
} from './models/room-messages.js';
export {
  CancelEventResponseSchema,
  CreateEventBodySchema,
  RsvpCountsSchema,
  RsvpEventBodySchema,
  RsvpResultSchema,
  ServerEventListSchema,
  ServerEventSchema,
  UpdateEventBodySchema,
} from './models/events.js';
export { EventGuestListSchema, EventGuestSchema, GuestDecisionSchema } from './models/event-guests.js';
export {
  CreateEventTemplateBodySchema,
  EventTemplateListSchema,
  EventTemplateSchema,
  UpdateEventTemplateBodySchema,
} from './models/event-templates.js';
export {
  Base64ImageBodySchema,
  ImageMetadataSchema,
  ImageStatusSchema,
  ImageVariantSchema,
  MessageImageSchema,
  MultipartImageBodySchema,
  UploadImageBodySchema,
} from './models/images.js';
export { RobotInfoSchema, RobotNameSchema } from './models/robots.js';
export {
  MemberJoinEventSchema,
  MemberLeaveEventSchema,
  MemberRoleChangedEventSchema,
  PresenceUpdateEventSchema,
  RobotEventSchema,
  RoomCreatedEventSchema,
  RoomDeletedEventSchema,
  RoomMessageDeletedEventSchema,
  RoomMessageEditedEventSchema,
  RoomMessageEventSchema,
  ServerUpdatedEventSchema,
  UnknownEventSchema,
  VoiceJoinEventSchema,
  VoiceLeaveEventSchema,
} from './models/robot-events.js';
