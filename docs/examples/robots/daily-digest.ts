import {
  createContext,
  getIdentity,
  itemsSince,
  iterateRoomMessages,
  listRooms,
  safeTry,
  sendRoomMessage,
} from 'lagclient';
import { robotRateLimit } from 'lagclient/robots';

// Tells what was said in the last 24 hours, and ends: for cron. The robot may read rooms and messages, and send.
const { LAG_ROBOT_KEY, LAG_ROOM_ID = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { middleware: [robotRateLimit()] });
const since = Date.now() - 86_400_000;

const digest = safeTry(async function* () {
  const me = yield* getIdentity(ctx);
  const serverId = me.kind === 'robot' ? me.serverId : '';
  const lines: string[] = [];
  for (const { id, name } of yield* listRooms(ctx, serverId)) {
    const counts = new Map<string, number>();
    for await (const message of itemsSince(iterateRoomMessages(ctx, serverId, id, { limit: 100 }), since)) {
      const { robotId, username } = yield* message;
      if (!robotId) counts.set(username, (counts.get(username) ?? 0) + 1);
    }
    const ranks = [...counts].sort(([, a], [, b]) => b - a).map(([username, count]) => `${username} ${count}`);
    if (ranks.length) lines.push(`${name ?? 'A room'}: ${ranks.slice(0, 3).join(', ')}`);
  }
  const content = lines.join('\n').slice(0, 2000) || 'Nobody said anything yesterday.';
  return sendRoomMessage(ctx, serverId, LAG_ROOM_ID, { content });
});

(await digest).match(
  ({ content }) => console.log(content),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
