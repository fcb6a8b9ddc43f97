import { createContext, getIdentity, sendRoomMessage } from 'lagclient';

export const config = { runtime: 'edge' };

// A function as Vercel's edge takes it, that uses two operations.
export default async function handler() {
  const { LAG_TOKEN, LAG_BASE_URL, SERVER_ID, ROOM_ID } = process.env;
  const ctx = createContext(LAG_TOKEN, { baseUrl: LAG_BASE_URL });
  const sent = await getIdentity(ctx).andThen((me) =>
    sendRoomMessage(ctx, SERVER_ID, ROOM_ID, { content: `hi from ${me.displayName}` }),
  );
  return sent.match(
    (message) => new Response(message.content),
    (error) => new Response(error.message, { status: 502 }),
  );
}
