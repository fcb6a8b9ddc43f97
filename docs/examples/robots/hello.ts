import { createContext, getIdentity, sendRoomMessage } from 'lagclient';

// Says hello in a room and ends.
const { LAG_ROBOT_KEY = '', LAG_ROOM_ID = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY);

const sent = await getIdentity(ctx).andThen((me) =>
  sendRoomMessage(ctx, me.kind === 'robot' ? me.serverId : '', LAG_ROOM_ID, { content: `${me.displayName} is here.` }),
);
sent.match(
  ({ id }) => console.log(`sent ${id}`),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
