import { safeTry } from 'neverthrow';
import { createContext, getIdentity, iterateRoomMessages, listRooms, sendRoomMessage } from 'lagclient';
import { robotRateLimit } from 'lagclient/robots';

// Tells what was said in the last 24 hours, and ends: for cron. The robot may read rooms and messages, and send.
const { LAG_ROBOT_KEY = '', LAG_ROOM_ID = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { middleware: [robotRateLimit()] });
const since = new Date(Date.now() - 86_400_000).toISOString();

const digest = safeTry(async function* () {
  const me = yield* getIdentity(ctx);
  const serverId = me.kind === 'robot' ? me.serverId : '';
  const lines: string[] = [];
  for (const { id, name } of yield* listRooms(ctx, serverId)) {
    const counts = new Map<string, number>();
    // Pages go back in time, so that the walk ends with the first that reaches beyond.
    for await (const page of iterateRoomMessages(ctx, serverId, id, { limit: 100 })) {
      const { items } = yield* page;
      for (const { createdAt, robotId, username } of items)
        if (createdAt >= since && !robotId) counts.set(username, (counts.get(username) ?? 0) + 1);
      if (items.some(({ createdAt }) => createdAt < since)) break;
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
