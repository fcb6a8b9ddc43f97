export {
  createContext,
  createContextWith,
  type CallDefaults,
  type CallOptions,
  type Context,
  type ContextFor,
  type ContextOptions,
  type RobotContext,
  type TransportContextOptions,
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
export { fetchTransport, type FetchLike } from './pipeline/fetch-transport.js';
export type {
  CallTrace,
  Handler,
  LagRequest,
  LagResponse,
  LagResult,
  Middleware,
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
export type { ImageSource, ImageSourceOptions } from './operations/image-source.js';
export { Permission } from './models/permission.js';
export type { AvatarUploadResponse } from './models/avatar-upload-response.js';
export type { Ban } from './models/ban.js';
export type { CancelEventResponse } from './models/cancel-event-response.js';
export type { DmConversation } from './models/dm-conversation.js';
export type { DmMessage, SendDmMessageBody } from './models/dm-message.js';
export type { EditMessageBody } from './models/edit-message-body.js';
export type { EditedRoomMessage } from './models/edited-room-message.js';
export type { EventGuest, GuestStatus } from './models/event-guest.js';
export type { CreateEventTemplateBody, EventTemplate, UpdateEventTemplateBody } from './models/event-template.js';
export type { CreateEventBody, Event, EventStatus, RsvpStatus, UpdateEventBody } from './models/event.js';
export type { FriendRequests } from './models/friend-requests.js';
export type { Friend } from './models/friend.js';
export type { Friendship, FriendshipStatus } from './models/friendship.js';
export type { GuestDecision } from './models/guest-decision.js';
export type { Health } from './models/health.js';
export type { Identity, RobotIdentity, UserIdentity } from './models/identity.js';
export type { ImageMetadata, ImageProcessingStatus, ImagePurpose, UploadImageBody } from './models/image-metadata.js';
export type { ImageStatus } from './models/image-status.js';
export type { ImageVariant } from './models/image-variant.js';
export type { IncomingFriendRequest } from './models/incoming-friend-request.js';
export type { InviteFriendResponse } from './models/invite-friend-response.js';
export type { InvitePreview } from './models/invite-preview.js';
export type { CreateInviteBody, Invite } from './models/invite.js';
export type { Mention } from './models/mention.js';
export type { MessageImage } from './models/message-image.js';
export type { CursorQuery, MessagePage } from './models/message-page.js';
export type { ModerationBody } from './models/moderation-body.js';
export type { Mute } from './models/mute.js';
export type { Ok } from './models/ok.js';
export type { OutgoingFriendRequest } from './models/outgoing-friend-request.js';
export type { Participant } from './models/participant.js';
export type { ReplyTo } from './models/reply-to.js';
export type { RobotInfo, RobotPermission } from './models/robot-info.js';
export type { RoleAssignment } from './models/role-assignment.js';
export type { CreateRoleBody, Role, ServerRoleName, UpdateRoleBody } from './models/role.js';
export type { RoomMessage, SendRoomMessageBody } from './models/room-message.js';
export type { CreateRoomBody, Room, UpdateRoomBody } from './models/room.js';
export type { RsvpCounts } from './models/rsvp-counts.js';
export type { RsvpResult } from './models/rsvp-result.js';
export type { ServerDetails } from './models/server-details.js';
export type { ServerIconUploadResponse } from './models/server-icon-upload-response.js';
export type { ServerMember } from './models/server-member.js';
export type { CreateServerBody, Server, UpdateServerBody } from './models/server.js';
export type { SteamActivity } from './models/steam-activity.js';
export type { SteamProfile } from './models/steam-profile.js';
export type { SystemStatus } from './models/system-status.js';
export type { UserConfig } from './models/user-config.js';
export type { PushTokenBody, SetupUserBody, UpdateUserBody, User, UserStatus } from './models/user.js';
export type { UsernameAvailability } from './models/username-availability.js';
export type { Version } from './models/version.js';
export type { Open } from './models/common.js';
