import { invalidInput } from './invalid-input.js';

/** The path of a call, or what is wrong with one of its ids. */
export interface Path {
  /** Each id as one encoded segment. */
  readonly path: string;
  /** The same with the names of the ids: `/servers/:serverId`. */
  readonly route: string;
  /** The error of an id that cannot be sent. */
  readonly error?: Error | undefined;
}

interface IdRule {
  readonly name: string;
  /** Words that are routes of their own in this place: `GET /users/me` is another operation. */
  readonly reserved?: readonly string[];
}

const INVITE_CODE: IdRule = {
  name: 'code',
  reserved: [
    'bans',
    'event-templates',
    'events',
    'icon',
    'invite-friend',
    'invites',
    'members',
    'mutes',
    'roles',
    'rooms',
  ],
};

/** The ids of the API, by the segment before them. */
const IDS: Readonly<Record<string, IdRule>> = {
  bans: { name: 'userId' },
  dms: { name: 'conversationId' },
  'event-templates': { name: 'templateId' },
  events: { name: 'eventId' },
  friends: { name: 'friendshipId' },
  guests: { name: 'guestId' },
  images: { name: 'imageId' },
  invite: INVITE_CODE,
  invites: { name: 'inviteId' },
  join: INVITE_CODE,
  members: { name: 'userId' },
  messages: { name: 'messageId' },
  mutes: { name: 'userId' },
  roles: { name: 'roleId' },
  rooms: { name: 'roomId' },
  servers: { name: 'serverId', reserved: ['invite', 'join', 'me'] },
  users: { name: 'userId', reserved: ['check-username', 'me', 'search'] },
};

// Half of a surrogate pair, which cannot be encoded. Older Hermes does not know `\p{Surrogate}`.
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Builds the path of a call. An id that would change the path gives an error; it never throws. */
export const path = (strings: TemplateStringsArray, ...ids: readonly string[]): Path => {
  let built = strings[0] ?? '';
  let route = built;
  let error: Error | undefined;
  for (const [index, id] of ids.entries()) {
    const after = strings[index + 1] ?? '';
    const segment = route.slice(route.lastIndexOf('/', route.length - 2) + 1, -1);
    const { name, reserved } = { name: 'id', reserved: undefined, ...IDS[segment] };
    const problem = problemOf(id, reserved);
    if (problem) error ??= invalidInput(`invalid ${name}: ${problem}`);
    built += (problem ? '' : encodeURIComponent(id)) + after;
    route += `:${name}${after}`;
  }
  return { path: built, route, error };
};

const problemOf = (id: unknown, reserved: readonly string[] | undefined): string | undefined => {
  if (typeof id !== 'string' || id === '') return 'pass a non-empty string';
  if (id === '.' || id === '..') return 'it would change the path';
  if (LONE_SURROGATE.test(id)) return 'it has half of a surrogate pair';
  return reserved?.includes(id) ? `${id} is a route of its own` : undefined;
};
