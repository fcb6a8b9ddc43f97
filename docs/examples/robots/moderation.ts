import { createContext, deleteRoomMessage, muteMember, sendRoomMessage } from 'lagclient';
import {
  dispatchRobotEvents,
  listenByPoll,
  robotRateLimit,
  type RoomMessageEditedEvent,
  type RoomMessageEvent,
} from 'lagclient/robots';

// Takes away messages with blocked words, and mutes for ten minutes who does it three times. Robots delete nothing but
// their own, so the robot watches and a moderator's token acts. The robot is made for long poll and asks for
// `room.message` and `room.message.edited`.
const { LAG_ROBOT_KEY = '', LAG_MODERATOR_TOKEN = '', LAG_BLOCKED_WORDS = '' } = process.env;
const robot = createContext(LAG_ROBOT_KEY, { middleware: [robotRateLimit()] });
const moderator = createContext(LAG_MODERATOR_TOKEN);
const blocked = LAG_BLOCKED_WORDS.toLowerCase().split(',');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const strikes = new Map<string, number>();

const check = async ({ type, serverId = '', data }: RoomMessageEvent | RoomMessageEditedEvent) => {
  const roomId = data.roomId ?? '';
  const messageId = data.messageId ?? '';
  const words = (data.content ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (!words.some((word) => blocked.includes(word))) return undefined;
  const deleted = await deleteRoomMessage(moderator, serverId, roomId, messageId);
  const userId = type === 'room.message' ? data.senderId : data.editedBy;
  if (deleted.isErr() || !userId) return deleted;
  const count = (strikes.get(userId) ?? 0) + 1;
  strikes.set(userId, count);
  if (count % 3 === 0) return muteMember(moderator, serverId, userId, { reason: 'blocked words', duration: 10 });
  return sendRoomMessage(robot, serverId, roomId, { content: `Not here, please. That was number ${count} of 3.` });
};

const ended = await dispatchRobotEvents(
  listenByPoll(robot, { signal: stop.signal, onReconnect: (error) => console.warn(error.message) }),
  { 'room.message': check, 'room.message.edited': check },
  { onError: (error, event) => console.error(event?.id, error.message) },
);
if (ended.isErr()) {
  console.error(ended.error.message);
  process.exitCode = 1;
}
