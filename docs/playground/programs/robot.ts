import { createContext, sendRoomMessage } from 'lagclient';
import { dispatchRobotEvents, listenByPoll, robotCommands } from 'lagclient/robots';

const ada = createContext(process.env.LAG_TOKEN ?? '');
const robot = createContext(process.env.LAG_ROBOT_KEY ?? '');
const answer = robotCommands(robot, {
  ping: () => 'pong',
  roll: ([sides]) => `you rolled ${1 + Math.floor(Math.random() * Number(sides ?? 6))}`,
});

for (const content of ['!ping', '!roll 20']) await sendRoomMessage(ada, 'a-server-id', 'a-room-id', { content });

const stop = new AbortController();
let answers = 0;
await dispatchRobotEvents(listenByPoll(robot, { signal: stop.signal }), {
  'room.message': async (event) => {
    const sent = await answer(event);
    if (sent.isOk() && sent.value) console.log(event.data.content, '->', sent.value.content.replace(/\d+/, 'a number'));
    if (sent.isOk() && sent.value && ++answers === 2) stop.abort();
  },
});
