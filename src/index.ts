export { type CallDefaults, type CallOptions, type LagResponseInfo } from './call-options.js';
export {
  createContext,
  isRobot,
  withOptions,
  type ContextFor,
  type ContextOptions,
  type LagContext,
  type OverridableOptions,
  type RobotContext,
  type UserContext,
} from './context.js';
export type { LagHeaders, LagHeadersInit } from './headers.js';
export {
  isLagError,
  lagError,
  type LagAbortedError,
  type LagApiError,
  type LagAuthError,
  type LagConflictError,
  type LagConnectionError,
  type LagError,
  type LagErrorFields,
  type LagErrorJson,
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
export { collectItems, itemsSince, iterateItems, type LagIterable, type Page } from './pagination.js';
export {
  err,
  errAsync,
  httpStatusOf,
  ok,
  okAsync,
  orThrow,
  Result,
  ResultAsync,
  safeTry,
  toPlain,
  type LagHttpStatus,
  type PlainResult,
} from './results.js';
export { VERSION } from './version.js';
export { fetchTransport, type FetchLike, type FetchTransportOptions } from './transports/fetch.js';
export { xhrTransport } from './transports/xhr.js';
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
export type {
  ByteReader,
  ByteSource,
  LagTransport,
  LagTransportFailure,
  LagTransportRequest,
  LagTransportResponse,
  UploadBody,
  UploadPart,
  UploadProgress,
} from './pipeline/transport.js';
export type { ImageSource, ImageSourceOptions } from './uploads/image-source.js';
export type { UploadOptions } from './uploads/upload.js';
export type { CreateDmBody, DmConversation, DmMessage, SendDmMessageBody } from './models/dms.js';
export type { EventGuest, EventGuestList, GuestDecision, GuestStatus } from './models/event-guests.js';
export type {
  CreateEventTemplateBody,
  EventTemplate,
  EventTemplateList,
  UpdateEventTemplateBody,
} from './models/event-templates.js';
export type {
  CancelEventResponse,
  CreateEventBody,
  EventStatus,
  RsvpEventBody,
  ServerEvent,
  ServerEventList,
  RsvpCounts,
  RsvpResult,
  RsvpStatus,
  UpdateEventBody,
} from './models/events.js';
export type { Open } from './models/fields.js';
export type {
  AnswerFriendRequestBody,
  BlockUserBody,
  Friend,
  FriendRequests,
  Friendship,
  FriendshipStatus,
  IncomingFriendRequest,
  OutgoingFriendRequest,
  SendFriendRequestBody,
} from './models/friends.js';
export type {
  ConversationId,
  EventGuestId,
  EventId,
  EventTemplateId,
  FriendshipId,
  ImageId,
  InviteId,
  MessageId,
  RobotId,
  RoleId,
  RoomId,
  ServerId,
  UserId,
} from './models/ids.js';
export type { Identity, RobotIdentity, UserIdentity } from './models/identity.js';
export {
  IMAGE_MAX_BYTES,
  type Base64ImageBody,
  type ImageMetadata,
  type ImageProcessingStatus,
  type ImagePurpose,
  type ImageStatus,
  type ImageVariant,
  type MessageImage,
  type MultipartImageBody,
  type UploadImageBody,
} from './models/images.js';
export type {
  CreateInviteBody,
  Invite,
  InviteFriendBody,
  InviteFriendResponse,
  InvitePreview,
} from './models/invites.js';
export type { Ban, ModerationBody, Mute, ServerMember } from './models/members.js';
export type { CursorQuery, EditMessageBody, MessagePage, ReplyTo } from './models/messages.js';
export type { RobotInfo, RobotPermission } from './models/robots.js';
export {
  type AssignRoleBody,
  type CreateRoleBody,
  hasPermission,
  Permission,
  type PermissionBit,
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
export type { Feature, Health, SystemStatus, UserConfig, Version } from './models/system.js';
export type {
  AvatarUploadResponse,
  Acknowledgement,
  ImportSteamAvatarBody,
  PushTokenBody,
  RemovePushTokenBody,
  SetupUserBody,
  SteamActivity,
  SteamProfile,
  UpdateUserBody,
  User,
  UserFlags,
  UserStatus,
  UsernameAvailability,
} from './models/users.js';
