import { createContext, sendRoomMessage } from 'lagclient';

export const config = { runtime: 'edge' };

const { LAG_ROBOT_KEY = '', LAG_SERVER_ID = '', LAG_ROOM_ID = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { deadlineMs: 10_000 });

export default async function handler(request: Request): Promise<Response> {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
  const sent = await sendRoomMessage(ctx, LAG_SERVER_ID, LAG_ROOM_ID, { content: await request.text() });
  return sent.match(
    ({ id }) => Response.json({ id }, { status: 201 }),
    (error) => Response.json({ error: error.kind }, { status: error.status ?? 502 }),
  );
}
