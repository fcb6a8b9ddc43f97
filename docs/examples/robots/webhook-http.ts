import { createServer } from 'node:http';
import { createContext } from 'lagclient';
import { createWebhookHandler, robotCommands } from 'lagclient/robots';
import { toNodeListener } from './node-listener.js';

const { LAG_ROBOT_KEY = '', LAG_WEBHOOK_SECRET = '', PORT = '8080' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY);

const handle = createWebhookHandler({
  secret: LAG_WEBHOOK_SECRET,
  on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
  onError: (error) => console.error(error.message),
});

export const server = createServer(toNodeListener(handle)).listen(Number(PORT));
