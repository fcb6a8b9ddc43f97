/** The bits of a role's `permissions`: `Permission.KICK_MEMBERS | Permission.BAN_MEMBERS`. */
export const Permission = {
  MANAGE_SERVER: 1,
  MANAGE_ROLES: 2,
  MANAGE_ROOMS: 4,
  MANAGE_MESSAGES: 8,
  MANAGE_MEMBERS: 16,
  KICK_MEMBERS: 32,
  BAN_MEMBERS: 64,
  MUTE_MEMBERS: 128,
  MANAGE_EVENTS: 256,
  MENTION_EVERYONE: 512,
  CREATE_INVITES: 1024,
} as const;
