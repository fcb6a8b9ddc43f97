declare const kind: unique symbol;

// Ids are plain strings with an optional label that only the compiler sees: a plain string is accepted everywhere, and a
// room's id where a server's is wanted does not compile.

/** The id of a server. */
export type ServerId = string & { readonly [kind]?: 'ServerId' | undefined };

/** The id of a room. */
export type RoomId = string & { readonly [kind]?: 'RoomId' | undefined };

/** The id of a user. */
export type UserId = string & { readonly [kind]?: 'UserId' | undefined };

/** The id of a message, in a room or in a conversation. */
export type MessageId = string & { readonly [kind]?: 'MessageId' | undefined };

/** The id of a role. */
export type RoleId = string & { readonly [kind]?: 'RoleId' | undefined };

/** The id of an event. */
export type EventId = string & { readonly [kind]?: 'EventId' | undefined };

/** The id of an event template. */
export type EventTemplateId = string & { readonly [kind]?: 'EventTemplateId' | undefined };

/** The id of a guest of an event. */
export type EventGuestId = string & { readonly [kind]?: 'EventGuestId' | undefined };

/** The id of an image. */
export type ImageId = string & { readonly [kind]?: 'ImageId' | undefined };

/** The id of a conversation of two users. */
export type ConversationId = string & { readonly [kind]?: 'ConversationId' | undefined };

/** The id of a friendship, or of the request that it began with. */
export type FriendshipId = string & { readonly [kind]?: 'FriendshipId' | undefined };

/** The id of an invite. Its code is another string. */
export type InviteId = string & { readonly [kind]?: 'InviteId' | undefined };

/** The id of a robot. */
export type RobotId = string & { readonly [kind]?: 'RobotId' | undefined };
