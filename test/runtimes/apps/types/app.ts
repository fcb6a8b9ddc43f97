import {
  createContext,
  fetchTransport,
  getIdentity,
  isLagError,
  iterateRoomMessages,
  sendRoomMessage,
  uploadImage,
  type LagContext,
  type ContextOptions,
  type LagError,
  type LagResult,
  type LagMiddleware,
  type RoomMessage,
} from 'lagclient';
import { createWebhookHandler, listenRobotEvents, verifyWebhook, type RobotEvent } from 'lagclient/robots';
import { createSandbox } from 'lagclient/sandbox';

// What a user writes, under strict rules and with library types checked.
const logged: LagMiddleware = (next) => (request) =>
  next({ ...request, headers: { ...request.headers, 'x-app': '1' } });
const options: ContextOptions = { timeoutMs: 5000, middleware: [logged], fetch: (url, init) => fetch(url, init) };
export const ctx: LagContext = createContext('lag_pat_x', options);
export const bare = createContext('lag_robot_x_y');
export const sandboxed = createContext(createSandbox().tokens.ada, { transport: createSandbox().transport });

export const greet = (serverId: string, roomId: string, signal: AbortSignal): LagResult<RoomMessage> =>
  getIdentity(ctx, { signal }).andThen((me) =>
    sendRoomMessage(
      ctx,
      serverId,
      roomId,
      { content: me.kind === 'user' ? me.username : me.serverId },
      { retry: 'always' },
    ),
  );

export const explain = (error: LagError): string => {
  switch (error.kind) {
    case 'rate_limit':
      return `${error.retryAfterSeconds ?? 0}`;
    case 'invalid_response':
      return error.issues.map((issue) => issue.path).join();
    case 'api':
      return String(error.body);
    default:
      return error.message;
  }
};

export const contents = async (): Promise<string[]> => {
  const all: string[] = [];
  for await (const page of iterateRoomMessages(ctx, 's', 'r', { limit: 100 })) {
    if (page.isErr()) break;
    all.push(...page.value.items.map((message) => message.content));
  }
  return all;
};

export const upload = (bytes: Uint8Array): LagResult<{ id: string; url: string }> =>
  uploadImage(ctx, bytes, { purpose: 'chat' });

export const heard: RobotEvent[] = [];
for await (const event of listenRobotEvents(bare, { transport: 'sse' })) if (event.isOk()) heard.push(event.value);

export const hook: (request: Request) => Promise<Response> = createWebhookHandler({
  secret: 'whsec_x',
  on: { 'room.message': (event) => void event.data.content },
});
export const verified = verifyWebhook({ secret: 'whsec_x', headers: new Headers(), body: 'x' });

// @ts-expect-error A robot has no friends.
export const refused = (await import('lagclient/friends')).listFriends(bare);
// @ts-expect-error There is no such kind.
export const unknown = (error: unknown): boolean => isLagError(error) && error.kind === 'nonsense';
