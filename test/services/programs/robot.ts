// A robot that prints `ready`, then each event that it has handled, until SIGTERM; then it ends as the guide shows.
import { readFile, writeFile } from 'node:fs/promises';
import { createContext } from 'lagclient';
import { dispatchRobotEvents, listenRobotEvents } from 'lagclient/robots';

const { BASE_URL = '', ROBOT_KEY = '', TRANSPORT = '', STATE_FILE = '' } = process.env;
const ctx = createContext(ROBOT_KEY as 'lag_robot_x', { baseUrl: BASE_URL });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
console.log('ready');
const lastEventId = await readFile(STATE_FILE, 'utf8').catch(() => undefined);
let handled = lastEventId;
const ended = await dispatchRobotEvents(
  listenRobotEvents(ctx, {
    transport: TRANSPORT as 'poll' | 'sse',
    signal: stop.signal,
    lastEventId,
    onReconnect: () => {},
  }),
  ({ id, data }) => {
    handled = id;
    console.log((data as { userId: string }).userId);
  },
  { concurrency: 1, onError: (error) => console.error(error.message) },
);
if (handled !== undefined) await writeFile(STATE_FILE, handled);
if (ended.isErr()) console.error(ended.error.message);
