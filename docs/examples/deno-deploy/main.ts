import process from 'node:process';
import { createContext, httpStatusOf, sendRoomMessage } from 'lagclient';

const {
  LAG_BASE_URL: baseUrl = 'https://api.trylag.com',
  LAG_ROBOT_KEY = '',
  LAG_SERVER_ID = '',
  LAG_ROOM_ID = '',
} = process.env;
if (LAG_ROBOT_KEY.includes('_sandbox') && baseUrl.includes('trylag.com'))
  throw new Error('LAG_ROBOT_KEY is of a sandbox: set LAG_BASE_URL to the address of the sandbox');
const ctx = createContext(LAG_ROBOT_KEY, { baseUrl, deadlineMs: 10_000 });

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const sent = await sendRoomMessage(ctx, LAG_SERVER_ID, LAG_ROOM_ID, { content: await request.text() });
    return sent.match(
      ({ id }) => Response.json({ id }, { status: 201 }),
      (error) => Response.json({ error: error.kind }, { status: httpStatusOf(error) }),
    );
  },
};
