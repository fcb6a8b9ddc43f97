import { Hono } from 'hono';
import { createContext, httpStatusOf, listRoomMessages, sendRoomMessage, toPlain, withOptions } from 'lagclient';

interface Env {
  readonly Bindings: { readonly LAG_ROBOT_KEY: string; readonly LAG_SERVER_ID: string };
}

// A page talks to this server, and this server to Lag: the robot's key never reaches the page.
const app = new Hono<Env>()
  .get('/rooms/:roomId/messages', async (c) => {
    const ctx = withOptions(createContext(c.env.LAG_ROBOT_KEY), { signal: c.req.raw.signal, deadlineMs: 10_000 });
    const page = await toPlain(listRoomMessages(ctx, c.env.LAG_SERVER_ID, c.req.param('roomId'), { limit: 20 }));
    return page.ok ? c.json(page.value.messages, 200) : c.json({ error: page.error.kind }, httpStatusOf(page.error));
  })
  .post('/rooms/:roomId/messages', async (c) => {
    const ctx = createContext(c.env.LAG_ROBOT_KEY, { deadlineMs: 10_000 });
    const content = await c.req.text();
    const sent = await sendRoomMessage(ctx, c.env.LAG_SERVER_ID, c.req.param('roomId'), { content });
    return sent.match(
      ({ id }) => c.json({ id }, 201),
      (error) => c.json({ error: error.kind }, httpStatusOf(error)),
    );
  });

export default app;

/** For the page's `hc<App>(…)`: it knows the paths, the statuses and the types of the answers. */
export type App = typeof app;
