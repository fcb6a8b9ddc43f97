import { createContext, listRooms } from 'lagclient';
import { dispatchRobotEvents, listenByPoll, robotCommands, robotRateLimit } from 'lagclient/robots';

// Answers commands until it is stopped. The robot is made for long poll and asks for `room.message`.
const ctx = createContext(process.env.LAG_ROBOT_KEY ?? '', { middleware: [robotRateLimit()] });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const commands = robotCommands(ctx, {
  help: () => 'I know !ping, !echo some words, !roll 20 and !rooms.',
  ping: () => 'pong',
  echo: (_args, _event, { text }) => text,
  roll: ([sides]) => `rolled ${1 + Math.floor(Math.random() * Math.min(Math.max(Number(sides) || 6, 2), 1000))}`,
  rooms: (_, { serverId = '' }) => listRooms(ctx, serverId).map((rooms) => rooms.map(({ name }) => name).join(', ')),
});

const ended = await dispatchRobotEvents(
  listenByPoll(ctx, { signal: stop.signal, onReconnect: (error) => console.warn(error.message) }),
  { 'room.message': commands },
  { onError: (error) => console.error(error.message) },
);
if (ended.isErr()) {
  console.error(ended.error.message);
  process.exitCode = 1;
}
