import express from 'express';
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

const app = express();
// Before `express.json()`, which would read the body away.
app.all('/webhook', toNodeListener(handle));
app.use(express.json());

export const server = app.listen(Number(PORT));
