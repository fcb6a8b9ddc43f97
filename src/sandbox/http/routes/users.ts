import * as v from 'valibot';
import type { Context, Hono } from 'hono';
import { findUser } from '../../world/access.js';
import { asUser } from '../auth.js';
import { withBase64Image } from '../base64-image.js';
import { refuse, withBody } from '../requests.js';
import { dropUser } from '../../world/make.js';
import { given, text, urlText, username } from '../schemas.js';
import { cdn, selfView, userView } from '../../views/views.js';
import type { UserRow, World } from '../../world/world.js';

const UpdateSchema = v.object({
  displayName: v.optional(v.nullable(text(1, 64))),
  avatarUrl: v.optional(v.nullable(urlText)),
  steamId: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^\d{17}$/, 'must be 17 digits')))),
});
const SetupSchema = v.object({ username, displayName: text(1, 64), avatarUrl: v.nullish(urlText) });
const PushSchema = v.object({ token: text(1, 4096), platform: v.picklist(['ios', 'android']) });
const PushRemovalSchema = v.object({ token: text(1, 4096) });
const SteamAvatarSchema = v.object({ avatarUrl: urlText });

const graceMs = 7 * 86_400_000;

export const userRoutes = (api: Hono, world: World): void => {
  api.get(
    '/users/me',
    asUser(world, (c, me) => c.json(selfView(me))),
  );

  api.patch(
    '/users/me',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        Object.assign(me, given(body));
        return c.json(selfView(me));
      }),
    ),
  );

  api.post(
    '/users/me/setup',
    asUser(
      world,
      withBody(SetupSchema, (c, me, { username, displayName, avatarUrl }) => {
        const holder = findByName(world, username);
        if (holder && holder !== me) refuse(409, 'The username is taken');
        Object.assign(me, { username, displayName }, avatarUrl === undefined ? {} : { avatarUrl });
        return c.json(selfView(me));
      }),
    ),
  );

  api.post(
    '/users/me/avatar',
    asUser(
      world,
      withBase64Image((c, me) => setAvatar(c, me, `${cdn}/avatars/${world.random.id()}`)),
    ),
  );

  api.post(
    '/users/me/steam-avatar',
    asUser(
      world,
      withBody(SteamAvatarSchema, (c, me, { avatarUrl }) => {
        const { protocol, hostname } = new URL(avatarUrl);
        if (protocol !== 'https:' || !/(^|\.)(steamstatic\.com|akamaihd\.net)$/.test(hostname))
          refuse(400, 'body.avatarUrl: must be an avatar of Steam');
        return setAvatar(c, me, `${cdn}/avatars/${world.random.id()}`);
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
        const due = world.clock.now() + graceMs;
        me.deletesAt = due;
        const isDue = () => me.deletesAt === due && world.users.get(me.id) === me;
        world.clock.setTimeout(() => isDue() && dropUser(world, me), graceMs, true);
      }
      return c.json(selfView(me));
    }),
  );

  api.post(
    '/users/me/cancel-deletion',
    asUser(world, (c, me) => {
      if (me.deletesAt === null) refuse(409, 'No deletion is under way');
      me.deletesAt = null;
      return c.json(selfView(me));
    }),
  );

  api.get(
    '/users/me/steam-lookup',
    asUser(world, (c) => c.json(steamProfile(world, queryText(c, 'q')))),
  );

  api.get(
    '/users/me/steam-activity',
    asUser(world, (c, me) => c.json({ gameName: me.steamId && me.status === 'in-game' ? steamGame : null })),
  );

  api.get(
    '/users/check-username',
    asUser(world, (c) => {
      const wanted = queryText(c, 'username');
      return c.json({ available: v.is(username, wanted) && !findByName(world, wanted) });
    }),
  );

  api.get(
    '/users/search',
    asUser(world, (c) => {
      const wanted = queryText(c, 'q').toLowerCase();
      const found = [...world.users.values()].filter((user) =>
        [user.username, user.displayName ?? ''].some((name) => name.toLowerCase().includes(wanted)),
      );
      return c.json(found.slice(0, 20).map(userView));
    }),
  );

  api.get(
    '/users/:userId',
    asUser(world, (c) => c.json(userView(findUser(world, c.req.param('userId')!)))),
  );
};

const setAvatar = (c: Context, me: UserRow, avatarUrl: string) => {
  me.avatarUrl = avatarUrl;
  return c.json({ avatarUrl });
};

const queryText = (c: Context, name: string): string => {
  const value = c.req.query(name)?.trim();
  return value || refuse(400, `query.${name}: must not be empty`);
};

export const findByName = (world: World, name: string): UserRow | undefined =>
  [...world.users.values()].find((user) => user.username.toLowerCase() === name.toLowerCase());

const steamGame = 'Deep Rock Galactic';

/** Steam knows the users that have a Steam id: by that id, by username as vanity name, and by profile URL. */
const steamProfile = (world: World, query: string) => {
  const name = /^(?:https?:\/\/)?steamcommunity\.com\/(?:id|profiles)\/([^/?#]+)/i.exec(query)?.[1] ?? query;
  const user =
    [...world.users.values()].find(({ steamId, username }) => steamId && [steamId, username].includes(name)) ??
    refuse(404, 'No such Steam profile');
  return {
    steamId: user.steamId,
    personaName: user.displayName,
    avatarUrl: `https://avatars.steamstatic.com/${user.steamId}_full.jpg`,
    profileUrl: `https://steamcommunity.com/profiles/${user.steamId}`,
    gameName: user.status === 'in-game' ? steamGame : null,
  };
};
