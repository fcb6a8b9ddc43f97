import { collectItems, createContext, iterateRoomMessages } from 'lagclient';

const ctx = createContext(process.env.LAG_TOKEN ?? '');

const latest = await collectItems(iterateRoomMessages(ctx, 'a-server-id', 'a-room-id', { limit: 100 }), 250);

latest.match(
  (messages) => {
    const counts = new Map<string, number>();
    for (const { username } of messages) counts.set(username, (counts.get(username) ?? 0) + 1);
    for (const [name, count] of counts) console.log(name, '#'.repeat(count / 4), count);
  },
  (error) => console.error(error.message),
);
