import * as v from 'valibot';
import { CDN_URL } from '../../views/images.js';
import { selfView, userView } from '../../views/users.js';
import { findUserByName, requireUser } from '../../world/access.js';
import { refuse } from '../../world/refusal.js';
import { removeUser } from '../../world/remove.js';
import type { UserRow } from '../../world/rows.js';
import { DAY_MS } from '../../world/time.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBase64Image } from '../base64-image.js';
import { withBody } from '../body.js';
import { type Api, param, requireQuery, type RouteContext } from '../context.js';
import { definedFields, text, url, username } from '../fields.js';

const UpdateSchema = v.object({
  displayName: v.optional(v.nullable(text(1, 64))),
  avatarUrl: v.optional(v.nullable(url)),
  steamId: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^\d{17}$/, 'must be 17 digits')))),
});
const SetupSchema = v.object({ username, displayName: text(1, 64), avatarUrl: v.nullish(url) });
const PushSchema = v.object({ token: text(1, 4096), platform: v.picklist(['ios', 'android']) });
const PushRemovalSchema = v.object({ token: text(1, 4096) });
const SteamAvatarSchema = v.object({ avatarUrl: url });

/** The API finds at most this many users by name. */
const MAX_FOUND_USERS = 20;
/** A deleted account can be restored for this long. */
const DELETION_GRACE_MS = 7 * DAY_MS;

export const userRoutes = (api: Api, world: World): void => {
  api.get(
    '/users/me',
    asUser(world, (c, me) => c.json(selfView(me))),
  );

  api.patch(
    '/users/me',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        Object.assign(me, definedFields(body));
        return c.json(selfView(me));
      }),
    ),
  );

  api.post(
    '/users/me/setup',
    asUser(
      world,
      withBody(SetupSchema, (c, me, { username, displayName, avatarUrl }) => {
        if (me.isSetUp) refuse(409, 'The account is already set up');
        const holder = findUserByName(world, username);
        if (holder && holder !== me) refuse(409, 'The username is taken');
        Object.assign(me, definedFields({ username, displayName, avatarUrl }));
        me.isSetUp = true;
        return c.json(selfView(me));
      }),
    ),
  );

  api.post(
    '/users/me/avatar',
    asUser(
      world,
      withBase64Image((c, me) => setAvatar(c, me, `${CDN_URL}/avatars/${world.random.id()}`)),
    ),
  );

  api.post(
    '/users/me/steam-avatar',
    asUser(
      world,
      withBody(SteamAvatarSchema, (c, me, { avatarUrl }) => {
        const { protocol, hostname } = new URL(avatarUrl);
        if (protocol !== 'https:' || !/(^|\.)(steamstatic\.com|akamaihd\.net)$/.test(hostname))
          refuse(400, 'body.avatarUrl: must be an avatar on Steam');
        return setAvatar(c, me, `${CDN_URL}/avatars/${world.random.id()}`);
      }),
    ),
  );

  api.post(
    '/users/me/push-token',
    asUser(
      world,
      withBody(PushSchema, (c, me, { token }) => {
        me.pushTokens.add(token);
        return c.json({ ok: true });
      }),
    ),
  );

  api.delete(
    '/users/me/push-token',
    asUser(
      world,
      withBody(PushRemovalSchema, (c, me, { token }) => {
        if (!me.pushTokens.delete(token)) refuse(404, 'Push token not found');
        return c.json({ ok: true });
      }),
    ),
  );

  api.post(
    '/users/me/request-deletion',
    asUser(world, (c, me) => {
      if (me.deletesAt === null) {
        const due = world.clock.now() + DELETION_GRACE_MS;
        me.deletesAt = due;
        const isDue = () => me.deletesAt === due && world.users.get(me.id) === me;
        world.clock.setTimeout(() => isDue() && removeUser(world, me), DELETION_GRACE_MS, true);
      }
      return c.json(selfView(me));
    }),
  );

  api.post(
    '/users/me/cancel-deletion',
    asUser(world, (c, me) => {
      if (me.deletesAt === null) refuse(409, 'No deletion was requested');
      me.deletesAt = null;
      return c.json(selfView(me));
    }),
  );

  api.get(
    '/users/me/steam-lookup',
    asUser(world, (c) => c.json(requireSteamProfile(world, requireQuery(c, 'q')))),
  );

  api.get(
    '/users/me/steam-activity',
    asUser(world, (c, me) => c.json({ gameName: me.steamId && me.status === 'in-game' ? STEAM_GAME : null })),
  );

  api.get(
    '/users/check-username',
    asUser(world, (c) => {
      const wanted = requireQuery(c, 'username');
      return c.json({ available: v.is(username, wanted) && !findUserByName(world, wanted) });
    }),
  );

  api.get(
    '/users/search',
    asUser(world, (c) => {
      const wanted = requireQuery(c, 'q').toLowerCase();
      const found = [...world.users.values()].filter(({ username }) => username.toLowerCase().includes(wanted));
      return c.json(found.slice(0, MAX_FOUND_USERS).map(userView));
    }),
  );

  api.get(
    '/users/:userId',
    asUser(world, (c) => c.json(userView(requireUser(world, param(c, 'userId'))))),
  );
};

const setAvatar = (c: RouteContext, me: UserRow, avatarUrl: string) => {
  me.avatarUrl = avatarUrl;
  return c.json({ avatarUrl });
};

const STEAM_GAME = 'Deep Rock Galactic';

/** Users with a Steam id have a Steam profile. It is found by that id, by the username as vanity name, and by its URL. */
const requireSteamProfile = (world: World, query: string) => {
  const name = /^(?:https?:\/\/)?steamcommunity\.com\/(?:id|profiles)\/([^/?#]+)/i.exec(query)?.[1] ?? query;
  const user =
    [...world.users.values()].find(({ steamId, username }) => steamId && [steamId, username].includes(name)) ??
    refuse(404, 'No such Steam profile');
  return {
    steamId: user.steamId,
    personaName: user.displayName,
    avatarUrl: `https://avatars.steamstatic.com/${user.steamId}_full.jpg`,
    profileUrl: `https://steamcommunity.com/profiles/${user.steamId}`,
    gameName: user.status === 'in-game' ? STEAM_GAME : null,
  };
};
