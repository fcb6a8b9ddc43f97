import {
  collectItems,
  createContext,
  getIdentity,
  isLagError,
  iterateRoomMessages,
  sendRoomMessage,
  uploadImage,
} from 'lagclient';
import { createWebhookHandler, listenRobotEvents, robotRateLimit, verifyWebhook } from 'lagclient/robots';
import { listRooms } from 'lagclient/rooms';
import { createSandbox } from 'lagclient/sandbox';

// A library over the package that leaves its types to inference: each must have a name that its users can import, though
// nothing but `lagclient` is in their node_modules.
export const ctx = createContext('lag_pat_x');
export const robot = createContext('lag_robot_x_y');
export const identify = () => getIdentity(ctx);
export const name = () => getIdentity(ctx).map((me) => me.displayName);
export const nameOrError = async () => (await getIdentity(ctx)).map((me) => me.displayName);
export const kind = () => getIdentity(ctx).mapErr((error) => error.kind);
export const greet = (roomId: string) =>
  getIdentity(ctx).andThen((me) => sendRoomMessage(ctx, 's', roomId, { content: me.displayName }));
export const settled = async (roomId: string) => await greet(roomId);
export const matched = async () =>
  (await identify()).match(
    (me) => me,
    (error) => error,
  );
export const rooms = () => listRooms(ctx, 's').map((all) => all[0]);
export const walk = () => iterateRoomMessages(ctx, 's', 'r');
export const collect = () => collectItems(walk(), 10);
export const upload = (bytes: Uint8Array) => uploadImage(ctx, bytes, { purpose: 'chat' });
export const listen = () => listenRobotEvents(robot, { transport: 'sse' });
export const handler = createWebhookHandler({ secret: 'whsec_x', on: { 'room.message': () => {} } });
export const verified = (headers: Headers) => verifyWebhook({ secret: 'whsec_x', headers, body: '' });
export const limit = robotRateLimit();
export const sandbox = createSandbox();
export const isTheirs = isLagError;
