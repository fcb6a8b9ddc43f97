import { createContext, getServer, listServers, sendRoomMessage } from 'lagclient';

// The token is that of Ada, who lives in this tab like the rest of the API.
const ctx = createContext(process.env.LAG_TOKEN ?? '');

const sent = await listServers(ctx)
  .andThen(([server]) => getServer(ctx, server?.id ?? ''))
  .andThen(({ id, rooms }) => sendRoomMessage(ctx, id, rooms[0]?.id ?? '', { content: 'hello from a tab' }));

sent.match(
  (message) => console.log('sent:', message.content),
  (error) => console.error(error.kind, '-', error.message),
);
