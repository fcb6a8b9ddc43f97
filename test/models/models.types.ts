// Checked by `tsc`: each schema and the interface next to it describe the same data, unknown fields and `readonly` aside.
import type * as v from 'valibot';
import type * as schemas from '../../src/schemas.js';
import type { Feature, Health, SystemStatus, UserConfig, Version } from '../../src/models/system.js';
import type { UserIdentityResponse } from '../../src/models/identity.js';
import type {
  Acknowledgement,
  AvatarUploadResponse,
  ImportSteamAvatarBody,
  PushTokenBody,
  RemovePushTokenBody,
  SetupUserBody,
  SteamActivity,
  SteamProfile,
  UpdateUserBody,
  User,
  UserFlags,
  UsernameAvailability,
} from '../../src/models/users.js';
import type {
  AnswerFriendRequestBody,
  BlockUserBody,
  Friend,
  FriendRequests,
  Friendship,
  IncomingFriendRequest,
  OutgoingFriendRequest,
  SendFriendRequestBody,
} from '../../src/models/friends.js';
import type { CreateDmBody, DmConversation, DmMessage, SendDmMessageBody } from '../../src/models/dms.js';
import type {
  CreateServerBody,
  Server,
  ServerDetails,
  ServerIconUploadResponse,
  UpdateServerBody,
} from '../../src/models/servers.js';
import type {
  CreateInviteBody,
  Invite,
  InviteFriendBody,
  InviteFriendResponse,
  InvitePreview,
} from '../../src/models/invites.js';
import type { Ban, ModerationBody, Mute, ServerMember } from '../../src/models/members.js';
import type { AssignRoleBody, CreateRoleBody, Role, RoleAssignment, UpdateRoleBody } from '../../src/models/roles.js';
import type { CreateRoomBody, Participant, Room, UpdateRoomBody } from '../../src/models/rooms.js';
import type { CursorQuery, EditMessageBody, MessagePage, ReplyTo } from '../../src/models/messages.js';
import type { EditedRoomMessage, Mention, RoomMessage, SendRoomMessageBody } from '../../src/models/room-messages.js';
import type {
  CancelEventResponse,
  CreateEventBody,
  RsvpCounts,
  RsvpEventBody,
  RsvpResult,
  ServerEvent,
  ServerEventList,
  UpdateEventBody,
} from '../../src/models/events.js';
import type { EventGuest, EventGuestList, GuestDecision } from '../../src/models/event-guests.js';
import type {
  CreateEventTemplateBody,
  EventTemplate,
  EventTemplateList,
  UpdateEventTemplateBody,
} from '../../src/models/event-templates.js';
import type {
  Base64ImageBody,
  ImageMetadata,
  ImageStatus,
  ImageVariant,
  MessageImage,
  MultipartImageBody,
  UploadImageBody,
} from '../../src/models/images.js';
import type { RobotInfo } from '../../src/models/robots.js';
import type {
  MemberJoinEvent,
  MemberLeaveEvent,
  MemberRoleChangedEvent,
  PresenceUpdateEvent,
  RobotEvent,
  RoomCreatedEvent,
  RoomDeletedEvent,
  RoomMessageDeletedEvent,
  RoomMessageEditedEvent,
  RoomMessageEvent,
  ServerUpdatedEvent,
  UnknownEvent,
  VoiceJoinEvent,
  VoiceLeaveEvent,
} from '../../src/models/robot-events.js';

/** Fields without the index signature of objects that keep unknown fields, and without `readonly`. */
type Known<T> = T extends string | number | boolean | null | undefined | Blob
  ? T
  : T extends readonly (infer Item)[]
    ? Known<Item>[]
    : T extends object
      ? { -readonly [K in keyof T as IsUnknownField<T, K> extends true ? never : K]: Known<T[K]> }
      : T;

type IsUnknownField<T, K extends keyof T> = string extends K ? (unknown extends T[K] ? true : false) : false;

type IsEqual<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `true`, or the two types to compare. */
type Same<Schema extends v.GenericSchema, Interface> =
  IsEqual<Known<v.InferOutput<Schema>>, Known<Interface>> extends true
    ? true
    : { readonly schema: Known<v.InferOutput<Schema>>; readonly interface: Known<Interface> };

/** Every schema of `lagclient/schemas`, and what it describes. */
interface Pairs {
  HealthSchema: Health;
  VersionSchema: Version;
  SystemStatusSchema: SystemStatus;
  FeatureSchema: Feature;
  UserConfigSchema: UserConfig;
  UserIdentityResponseSchema: UserIdentityResponse;
  UserFlagsSchema: UserFlags;
  UserSchema: User;
  UserListSchema: User[];
  UpdateUserBodySchema: UpdateUserBody;
  SetupUserBodySchema: SetupUserBody;
  PushTokenBodySchema: PushTokenBody;
  RemovePushTokenBodySchema: RemovePushTokenBody;
  ImportSteamAvatarBodySchema: ImportSteamAvatarBody;
  AvatarUploadResponseSchema: AvatarUploadResponse;
  SteamActivitySchema: SteamActivity;
  SteamProfileSchema: SteamProfile;
  UsernameAvailabilitySchema: UsernameAvailability;
  AcknowledgementSchema: Acknowledgement;
  FriendshipSchema: Friendship;
  FriendSchema: Friend;
  FriendListSchema: Friend[];
  IncomingFriendRequestSchema: IncomingFriendRequest;
  OutgoingFriendRequestSchema: OutgoingFriendRequest;
  FriendRequestsSchema: FriendRequests;
  SendFriendRequestBodySchema: SendFriendRequestBody;
  AnswerFriendRequestBodySchema: AnswerFriendRequestBody;
  BlockUserBodySchema: BlockUserBody;
  DmMessageSchema: DmMessage;
  DmMessagePageSchema: MessagePage<DmMessage>;
  SendDmMessageBodySchema: SendDmMessageBody;
  DmConversationSchema: DmConversation;
  DmConversationListSchema: DmConversation[];
  CreateDmBodySchema: CreateDmBody;
  ServerSchema: Server;
  ServerListSchema: Server[];
  CreateServerBodySchema: CreateServerBody;
  UpdateServerBodySchema: UpdateServerBody;
  ServerDetailsSchema: ServerDetails;
  ServerIconUploadResponseSchema: ServerIconUploadResponse;
  InviteSchema: Invite;
  InviteListSchema: Invite[];
  CreateInviteBodySchema: CreateInviteBody;
  InvitePreviewSchema: InvitePreview;
  InviteFriendBodySchema: InviteFriendBody;
  InviteFriendResponseSchema: InviteFriendResponse;
  ServerMemberSchema: ServerMember;
  ServerMemberListSchema: ServerMember[];
  BanSchema: Ban;
  BanListSchema: Ban[];
  MuteSchema: Mute;
  MuteListSchema: Mute[];
  ModerationBodySchema: ModerationBody;
  RoleSchema: Role;
  RoleListSchema: Role[];
  CreateRoleBodySchema: CreateRoleBody;
  UpdateRoleBodySchema: UpdateRoleBody;
  AssignRoleBodySchema: AssignRoleBody;
  RoleAssignmentSchema: RoleAssignment;
  ParticipantSchema: Participant;
  RoomSchema: Room;
  RoomListSchema: Room[];
  CreateRoomBodySchema: CreateRoomBody;
  UpdateRoomBodySchema: UpdateRoomBody;
  CursorQuerySchema: CursorQuery;
  ReplyToSchema: ReplyTo;
  EditMessageBodySchema: EditMessageBody;
  MentionSchema: Mention;
  RoomMessageSchema: RoomMessage;
  RoomMessagePageSchema: MessagePage<RoomMessage>;
  SendRoomMessageBodySchema: SendRoomMessageBody;
  EditedRoomMessageSchema: EditedRoomMessage;
  RsvpCountsSchema: RsvpCounts;
  ServerEventSchema: ServerEvent;
  ServerEventListSchema: ServerEventList;
  CreateEventBodySchema: CreateEventBody;
  UpdateEventBodySchema: UpdateEventBody;
  CancelEventResponseSchema: CancelEventResponse;
  RsvpEventBodySchema: RsvpEventBody;
  RsvpResultSchema: RsvpResult;
  EventGuestSchema: EventGuest;
  EventGuestListSchema: EventGuestList;
  GuestDecisionSchema: GuestDecision;
  EventTemplateSchema: EventTemplate;
  EventTemplateListSchema: EventTemplateList;
  CreateEventTemplateBodySchema: CreateEventTemplateBody;
  UpdateEventTemplateBodySchema: UpdateEventTemplateBody;
  ImageVariantSchema: ImageVariant;
  MessageImageSchema: MessageImage;
  ImageMetadataSchema: ImageMetadata;
  ImageStatusSchema: ImageStatus;
  UploadImageBodySchema: UploadImageBody;
  MultipartImageBodySchema: MultipartImageBody;
  Base64ImageBodySchema: Base64ImageBody;
  RobotInfoSchema: RobotInfo;
  RoomMessageEventSchema: RoomMessageEvent;
  RoomMessageEditedEventSchema: RoomMessageEditedEvent;
  RoomMessageDeletedEventSchema: RoomMessageDeletedEvent;
  VoiceJoinEventSchema: VoiceJoinEvent;
  VoiceLeaveEventSchema: VoiceLeaveEvent;
  MemberJoinEventSchema: MemberJoinEvent;
  MemberLeaveEventSchema: MemberLeaveEvent;
  MemberRoleChangedEventSchema: MemberRoleChangedEvent;
  RoomCreatedEventSchema: RoomCreatedEvent;
  RoomDeletedEventSchema: RoomDeletedEvent;
  PresenceUpdateEventSchema: PresenceUpdateEvent;
  ServerUpdatedEventSchema: ServerUpdatedEvent;
  UnknownEventSchema: UnknownEvent;
  RobotEventSchema: RobotEvent;
  MessageContentSchema: string;
  RobotNameSchema: string;
}

type AllSame<T extends readonly true[]> = T;

type Results = { [Name in keyof Pairs]: Same<(typeof schemas)[Name], Pairs[Name]> };
export type Checked = AllSame<
  [IsEqual<keyof Pairs, keyof typeof schemas>, IsEqual<Results, Record<keyof Pairs, true>>]
>;

// A difference is noticed, whatever it is.
interface Person {
  id: string;
  note?: string | null | undefined;
  tags: Record<string, boolean>;
}
type PersonSchema<Id, Note, Tag> = v.GenericSchema<
  unknown,
  { id: Id; note?: Note; tags: Record<string, Tag>; [field: string]: unknown }
>;
export type Noticed = [
  AllSame<[Same<PersonSchema<string, string | null | undefined, boolean>, Person>]>,
  // @ts-expect-error Another type.
  AllSame<[Same<PersonSchema<number, string | null | undefined, boolean>, Person>]>,
  // @ts-expect-error Not `null`.
  AllSame<[Same<PersonSchema<string, string | undefined, boolean>, Person>]>,
  // @ts-expect-error Another value in a record.
  AllSame<[Same<PersonSchema<string, string | null | undefined, string>, Person>]>,
  // @ts-expect-error A field that the interface does not have.
  AllSame<[Same<v.GenericSchema<unknown, Person & { more: string }>, Person>]>,
  // @ts-expect-error A field that the schema does not have.
  AllSame<[Same<v.GenericSchema<unknown, Omit<Person, 'note'>>, Person>]>,
];
