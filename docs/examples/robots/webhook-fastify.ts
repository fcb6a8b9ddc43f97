import fastify from 'fastify';
import { createContext } from 'lagclient';
import { createWebhookHandler, robotCommands } from 'lagclient/robots';
import { toNodeListener } from './node-listener.js';

const { LAG_ROBOT_KEY = '', LAG_WEBHOOK_SECRET = '', PORT = '8080' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY);

const listener = toNodeListener(
  createWebhookHandler({
    secret: LAG_WEBHOOK_SECRET,
    on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
    onError: (error) => console.error(error.message),
  }),
);

export const app = fastify();
// In a scope of its own, where the body is left unread.
await app.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.all('/webhook', (request, reply) => {
    void reply.hijack();
    return listener(request.raw, reply.raw);
  });
});
await app.listen({ port: Number(PORT) });
