import { createContext, httpStatusOf, sendRoomMessage } from 'lagclient';

interface Env {
  readonly LAG_BASE_URL?: string;
  readonly LAG_ROBOT_KEY: string;
  readonly LAG_SERVER_ID: string;
  readonly LAG_ROOM_ID: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    const baseUrl = env.LAG_BASE_URL ?? 'https://api.trylag.com';
    if (env.LAG_ROBOT_KEY.includes('_sandbox') && baseUrl.includes('trylag.com'))
      throw new Error('LAG_ROBOT_KEY is of a sandbox: set LAG_BASE_URL to the address of the sandbox');
    const ctx = createContext(env.LAG_ROBOT_KEY, { baseUrl, deadlineMs: 10_000 });
    const sent = await sendRoomMessage(ctx, env.LAG_SERVER_ID, env.LAG_ROOM_ID, { content: await request.text() });
    return sent.match(
      ({ id }) => Response.json({ id }, { status: 201 }),
      (error) => Response.json({ error: error.kind }, { status: httpStatusOf(error) }),
    );
  },
};
