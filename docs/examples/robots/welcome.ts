import { readFile, writeFile } from 'node:fs/promises';
import { createContext, sendRoomMessage } from 'lagclient';
import { dispatchRobotEvents, listenBySse, robotRateLimit } from 'lagclient/robots';

// Greets who joins, those too who joined while it was away. The robot is made for SSE and asks for `member.join`.
const { LAG_ROBOT_KEY = '', LAG_ROOM_ID = '', LAG_STATE_FILE = 'last-event-id.txt' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { middleware: [robotRateLimit()] });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const lastEventId = await readFile(LAG_STATE_FILE, 'utf8').catch(() => undefined);

const ended = await dispatchRobotEvents(
  listenBySse(ctx, { lastEventId, signal: stop.signal, onReconnect: (error) => console.warn(error.message) }),
  {
    'member.join': async ({ id, serverId = '', data }) => {
      const sent = await sendRoomMessage(ctx, serverId, LAG_ROOM_ID, { content: `Welcome, ${data.username}!` });
      if (sent.isOk()) await writeFile(LAG_STATE_FILE, id);
      return sent;
    },
  },
  // One after the other, so that the id that is kept is that of the last one.
  { concurrency: 1, onError: (error, event) => console.error(event?.id, error.message) },
);
if (ended.isErr()) {
  console.error(ended.error.message);
  process.exitCode = 1;
}
