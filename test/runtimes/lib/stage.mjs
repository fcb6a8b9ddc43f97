import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveRaw } from './raw-server.mjs';

/** A sandbox of the packed package and a raw server, and what cases need to know of them. One per runtime. */
export const openStage = async (app) => {
  const entry = createRequire(join(app, 'here.js')).resolve('lagclient/sandbox/node');
  const { serveSandbox } = await import(pathToFileURL(entry).href);
  const served = (await serveSandbox())._unsafeUnwrap();
  const { sandbox } = served;
  const raw = await serveRaw({ sandbox, sandboxUrl: served.url });
  const tokens = {
    ada: sandbox.tokens.ada,
    ben: sandbox.tokens.ben,
    robot: sandbox.tokens.robot,
    pollRobot: sandbox.addRobot({ events: ['room.message'], delivery: 'poll' }).token,
    sseRobot: sandbox.addRobot({ events: ['room.message'], delivery: 'sse' }).token,
  };
  return {
    config: { sandbox: served.url, raw: raw.url, closed: await closedUrl(), tokens, ids: sandbox.ids },
    close: () => Promise.all([served.close(), raw.close()]),
  };
};

/** Where nothing listens. */
const closedUrl = async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
};
