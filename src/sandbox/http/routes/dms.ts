import * as v from 'valibot';
import type { Context, Hono } from 'hono';
import { findFriendship, findMessage, findUser } from '../../world/access.js';
import { asUser } from '../auth.js';
import { noContent, refuse, withBody } from '../requests.js';
import { append, EditSchema, pageOf, remove, SendSchema } from '../../world/messages.js';
import { openDm } from '../../world/make.js';
import { dmMessageView, dmView, otherIn, senderOf } from '../../views/views.js';
import type { DmRow, UserRow, World } from '../../world/world.js';

const CreateSchema = v.object({ userId: v.string() });

export const dmRoutes = (api: Hono, world: World): void => {
  const find = (c: Context, me: UserRow): DmRow => {
    const dm = world.dms.get(c.req.param('conversationId')!) ?? refuse(404, 'Conversation not found');
    if (!dm.userIds.includes(me.id)) refuse(403, 'You are not part of this conversation');
    return dm;
  };
  const needsFriend = (me: UserRow, userId: string): void => {
    if (findFriendship(world, me.id, userId)?.status !== 'accepted') refuse(403, 'Direct messages are for friends');
  };
  const own = (c: Context, me: UserRow) => {
    const dm = find(c, me);
    const message = findMessage(dm.messages, c.req.param('messageId')!);
    if (senderOf(message.author).id !== me.id) refuse(403, 'Only who wrote a message can change it');
    return { dm, message };
  };

  api.get(
    '/dms',
    asUser(world, (c, me) =>
      c.json([...world.dms.values()].filter((dm) => dm.userIds.includes(me.id)).map((dm) => dmView(world, dm, me))),
    ),
  );

  api.post(
    '/dms',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { userId }) => {
        findUser(world, userId);
        needsFriend(me, userId);
        return c.json(dmView(world, openDm(world, me.id, userId), me), 201);
      }),
    ),
  );

  api.get(
    '/dms/:conversationId',
    asUser(world, (c, me) => c.json(dmView(world, find(c, me), me))),
  );

  api.get(
    '/dms/:conversationId/messages',
    asUser(world, (c, me) => {
      const dm = find(c, me);
      const page = pageOf(c, dm.messages, (message) => dmMessageView(world, dm, message));
      dm.readAt.set(me.id, dm.messages.at(-1)?.createdAt ?? 0);
      return c.json(page);
    }),
  );

  api.post(
    '/dms/:conversationId/messages',
    asUser(
      world,
      withBody(SendSchema, (c, me, body) => {
        const dm = find(c, me);
        needsFriend(me, otherIn(dm, me));
        return c.json(dmMessageView(world, dm, append(world, dm.messages, { kind: 'user', user: me }, body)), 201);
      }),
    ),
  );

  api.patch(
    '/dms/:conversationId/messages/:messageId',
    asUser(
      world,
      withBody(EditSchema, (c, me, { content }) => {
        const { dm, message } = own(c, me);
        message.content = content;
        message.editedAt = world.clock.now();
        return c.json(dmMessageView(world, dm, message));
      }),
    ),
  );

  api.delete(
    '/dms/:conversationId/messages/:messageId',
    asUser(world, (c, me) => {
      const { dm, message } = own(c, me);
      remove(dm.messages, message);
      return noContent();
    }),
  );
};
