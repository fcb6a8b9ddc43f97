export {
  createContext,
  type CallDefaults,
  type CallOptions,
  type LagContext,
  type ContextFor,
  type ContextOptions,
  type RobotContext,
  type UserContext,
} from './context.js';
export {
  isLagError,
  type LagAbortedError,
  type LagApiError,
  type LagAuthError,
  type LagConflictError,
  type LagConnectionError,
  type LagError,
  type LagErrorKind,
  type LagInvalidInputError,
  type LagInvalidResponseError,
  type LagInvalidTokenError,
  type LagIssue,
  type LagNotFoundError,
  type LagPermissionError,
  type LagRateLimitError,
  type LagServerError,
  type LagTimeoutError,
} from './errors.js';
export { collectItems, iterateItems, type LagIterable, type Page } from './pagination.js';
export { fetchTransport, type FetchLike } from './transports/fetch.js';
export type {
  CallTrace,
  LagHandler,
  LagRequest,
  LagResponse,
  LagResult,
  LagMiddleware,
  RobotRule,
} from './pipeline/types.js';
export * from './operations/system.js';
export * from './operations/identity.js';
export * from './operations/users.js';
export * from './operations/friends.js';
export * from './operations/dms.js';
export * from './operations/servers.js';
export * from './operations/invites.js';
export * from './operations/members.js';
export * from './operations/roles.js';
export * from './operations/rooms.js';
export * from './operations/room-messages.js';
export * from './operations/events.js';
export * from './operations/event-guests.js';
export * from './operations/event-templates.js';
export * from './operations/images.js';
export type { ImageSource, ImageSourceOptions } from './uploads/image-source.js';
export type { DmConversation, DmMessage, SendDmMessageBody } from './models/dms.js';
export type { EventGuest, GuestDecision, GuestStatus } from './models/event-guests.js';
export type { CreateEventTemplateBody, EventTemplate, UpdateEventTemplateBody } from './models/event-templates.js';
export type {
  CancelEventResponse,
  CreateEventBody,
  ServerEvent,
  EventStatus,
  RsvpCounts,
  RsvpResult,
  RsvpStatus,
  UpdateEventBody,
} from './models/events.js';
export type { Open } from './models/fields.js';
export type {
  Friend,
  FriendRequests,
  Friendship,
  FriendshipStatus,
  IncomingFriendRequest,
  OutgoingFriendRequest,
} from './models/friends.js';
export type { Identity, RobotIdentity, UserIdentity } from './models/identity.js';
export type {
  ImageMetadata,
  ImageProcessingStatus,
  ImagePurpose,
  ImageStatus,
  ImageVariant,
  MessageImage,
  UploadImageBody,
} from './models/images.js';
export type { CreateInviteBody, Invite, InviteFriendResponse, InvitePreview } from './models/invites.js';
export type { Ban, ModerationBody, Mute, ServerMember } from './models/members.js';
export type { CursorQuery, EditMessageBody, MessagePage, ReplyTo } from './models/messages.js';
export type { RobotInfo, RobotPermission } from './models/robots.js';
export {
  type CreateRoleBody,
  Permission,
  type Role,
  type RoleAssignment,
  type ServerRoleName,
  type UpdateRoleBody,
} from './models/roles.js';
export type { EditedRoomMessage, Mention, RoomMessage, SendRoomMessageBody } from './models/room-messages.js';
export type { CreateRoomBody, Participant, Room, UpdateRoomBody } from './models/rooms.js';
export type {
  CreateServerBody,
  Server,
  ServerDetails,
  ServerIconUploadResponse,
  UpdateServerBody,
} from './models/servers.js';
export type { Health, SystemStatus, UserConfig, Version } from './models/system.js';
export type {
  AvatarUploadResponse,
  Acknowledgement,
  PushTokenBody,
  SetupUserBody,
  SteamActivity,
  SteamProfile,
  UpdateUserBody,
  User,
  UserStatus,
  UsernameAvailability,
} from './models/users.js';
