import { createContext, getIdentity, isLagError, sendRoomMessage } from 'lagclient';
import { listRooms } from 'lagclient/rooms';
import { verifyWebhook } from 'lagclient/robots';

// What the bundlers build: a call, a Result, an error, and another entry.
globalThis.app = async ({ sandbox, tokens, ids }) => {
  const ctx = createContext(tokens.ada, { baseUrl: sandbox });
  const sent = await getIdentity(ctx).andThen((me) =>
    sendRoomMessage(ctx, ids.server, ids.rooms.quiet, { content: `hi from ${me.displayName}` }),
  );
  const rooms = await listRooms(ctx, ids.server);
  const forged = await verifyWebhook({ secret: 'whsec_c2VjcmV0', headers: {}, body: '' });
  return [sent._unsafeUnwrap().content, rooms._unsafeUnwrap().length, forged.isErr() && isLagError(forged.error)].join(
    ', ',
  );
};
