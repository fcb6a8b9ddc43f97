import * as v from 'valibot';
import { dmMessageView, dmView, otherIn } from '../../views/messages.js';
import { requireDm, requireFriend, requireMessage, requireUser } from '../../world/access.js';
import { openConversation } from '../../world/create.js';
import { addMessage, editMessage, senderOf } from '../../world/messages.js';
import { refuse } from '../../world/refusal.js';
import { removeMessage } from '../../world/remove.js';
import type { UserRow } from '../../world/rows.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { withBody } from '../body.js';
import { type Api, param, type RouteContext } from '../context.js';
import { EditSchema, readPage, SendSchema } from '../message-pages.js';
import { noContent } from '../responses.js';

const FRIENDS_ONLY = 'Direct messages are for friends';

const CreateSchema = v.object({ userId: v.string() });

export const dmRoutes = (api: Api, world: World): void => {
  const requireDmOf = (c: RouteContext, me: UserRow) => requireDm(world, me, param(c, 'conversationId'));

  const requireOwnMessage = (c: RouteContext, me: UserRow) => {
    const dm = requireDmOf(c, me);
    const message = requireMessage(dm.messages, param(c, 'messageId'));
    if (senderOf(message.author).id !== me.id) refuse(403, 'You can change only your own messages');
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
        requireUser(world, userId);
        requireFriend(world, me, userId, FRIENDS_ONLY);
        return c.json(dmView(world, openConversation(world, me.id, userId), me), 201);
      }),
    ),
  );

  api.get(
    '/dms/:conversationId',
    asUser(world, (c, me) => c.json(dmView(world, requireDmOf(c, me), me))),
  );

  api.get(
    '/dms/:conversationId/messages',
    asUser(world, (c, me) => {
      const dm = requireDmOf(c, me);
      const page = readPage(world, c, dm.messages, (message) => dmMessageView(world, dm, message));
      dm.readAt.set(me.id, dm.messages.at(-1)?.createdAt ?? 0);
      return c.json(page);
    }),
  );

  api.post(
    '/dms/:conversationId/messages',
    asUser(
      world,
      withBody(SendSchema, (c, me, body) => {
        const dm = requireDmOf(c, me);
        requireFriend(world, me, otherIn(dm, me), FRIENDS_ONLY);
        return c.json(dmMessageView(world, dm, addMessage(world, dm.messages, { kind: 'user', user: me }, body)), 201);
      }),
    ),
  );

  api.patch(
    '/dms/:conversationId/messages/:messageId',
    asUser(
      world,
      withBody(EditSchema, (c, me, { content }) => {
        const { dm, message } = requireOwnMessage(c, me);
        editMessage(world, message, content);
        return c.json(dmMessageView(world, dm, message));
      }),
    ),
  );

  api.delete(
    '/dms/:conversationId/messages/:messageId',
    asUser(world, (c, me) => {
      const { dm, message } = requireOwnMessage(c, me);
      removeMessage(dm.messages, message);
      return noContent();
    }),
  );
};
