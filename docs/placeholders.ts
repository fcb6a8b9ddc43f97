import type { SandboxIds, SandboxTokens } from '../src/sandbox/index.js';

/** What pages write, and what of the sandbox's seed stands for it where a snippet is run. */
const placeholders: Record<string, (seed: { readonly ids: SandboxIds; readonly tokens: SandboxTokens }) => string> = {
  'lag_pat_…': ({ tokens }) => tokens.ada,
  'lag_robot_…': ({ tokens }) => tokens.robot,
  'a-server-id': ({ ids }) => ids.server,
  'a-room-id': ({ ids }) => ids.rooms.general,
  'an-empty-room-id': ({ ids }) => ids.rooms.quiet,
  'a-user-id': ({ ids }) => ids.users.ben,
  'a-conversation-id': ({ ids }) => ids.dm,
  'a-role-id': ({ ids }) => ids.roles.moderator,
  'an-event-id': ({ ids }) => ids.event,
  'a-template-id': ({ ids }) => ids.eventTemplate,
  'a-guest-id': ({ ids }) => ids.guest,
  'a-request-id': ({ ids }) => ids.friendRequest,
  'a-code': ({ ids }) => ids.inviteCode,
  // Short ids of the README.
  s1: ({ ids }) => ids.server,
  r1: ({ ids }) => ids.rooms.general,
};

/** A snippet with the seed's ids and tokens where the page has placeholders. */
export const fillIn = (code: string, seed: { readonly ids: SandboxIds; readonly tokens: SandboxTokens }): string =>
  code.replace(/'([^'\n]*)'/g, (quoted, text: string) => {
    const pick = Object.hasOwn(placeholders, text) ? placeholders[text] : undefined;
    return pick ? `'${pick(seed)}'` : quoted;
  });
