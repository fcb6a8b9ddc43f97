import { createContext, getIdentity, sendRoomMessage } from 'lagclient';

// A Cloudflare Worker that uses two operations.
export default {
  async fetch(_request, env) {
    const ctx = createContext(env.LAG_TOKEN, { baseUrl: env.LAG_BASE_URL });
    const sent = await getIdentity(ctx).andThen((me) =>
      sendRoomMessage(ctx, env.SERVER_ID, env.ROOM_ID, { content: `hi from ${me.displayName}` }),
    );
    return sent.match(
      (message) => new Response(message.content),
      (error) => new Response(error.message, { status: 502 }),
    );
  },
};
