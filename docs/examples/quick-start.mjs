// @ts-check
// The quick start: `npm run demo`. Without variables it starts a sandbox and does everything. With LAG_TOKEN, or
// LAG_ROBOT_KEY, it only reads: from LAG_BASE_URL if that is set, and otherwise from the real API.
import {
  collectItems,
  createContext,
  deleteRoomMessage,
  editRoomMessage,
  getIdentity,
  getServer,
  iterateRoomMessages,
  listRooms,
  listServers,
  sendRoomMessage,
  uploadImage,
  waitForImage,
} from 'lagclient';

const { LAG_TOKEN, LAG_ROBOT_KEY, LAG_BASE_URL: baseUrl = 'https://api.trylag.com' } = process.env;
const token = LAG_TOKEN ?? LAG_ROBOT_KEY;
if (token?.includes('_sandbox') && baseUrl.includes('trylag.com')) {
  const name = LAG_TOKEN ? 'LAG_TOKEN' : 'LAG_ROBOT_KEY';
  console.error(`${name} is of a sandbox: set LAG_BASE_URL to the address of the sandbox, or unset ${name}`);
  process.exit(1);
}

/** @param {string} title */
const heading = (title) => console.log(`\n${title}`);

/** @param {string} text */
const say = (text) => console.log(`  ${text}`);

/**
 * What went wrong, in a line; a program would `switch` on `kind`.
 * @param {import('lagclient').LagError} error
 */
const describe = (error) => {
  switch (error.kind) {
    case 'rate_limit':
      return `rate_limit: wait ${error.retryAfterSeconds ?? 'a few'} s`;
    case 'invalid_response':
      return `invalid_response: ${error.issues.map((issue) => `${issue.path} ${issue.message}`).join('; ')}`;
    default:
      return `${error.kind}: ${error.message}${error.status ? ` (HTTP ${error.status})` : ''}`;
  }
};

/** Ends the demo where it cannot go on. @param {import('lagclient').LagError} error @returns {never} */
const giveUp = (error) => {
  console.error(`\nStopped by ${describe(error)}`);
  process.exit(1);
};

/** What both runs do: it only reads. @param {import('lagclient').Context} ctx */
const readOnly = async (ctx) => {
  heading('Who am I?');
  const me = (await getIdentity(ctx)).match((identity) => identity, giveUp);
  say(`${me.kind} ${me.displayName} (${me.id})`);

  heading('Where am I?');
  const serverId =
    me.kind === 'robot'
      ? me.serverId
      : (await listServers(ctx)).match((servers) => {
          for (const server of servers) say(`server ${server.name}, ${server.memberCount} members`);
          return servers[0]?.id;
        }, giveUp);
  if (!serverId) return say('in no server yet');

  // A user's token gets the rooms with the server, a robot's key asks for them.
  const listed = me.kind === 'robot' ? listRooms(ctx, serverId) : getServer(ctx, serverId).map(({ rooms }) => rooms);
  const rooms = (await listed).match((found) => found, giveUp);
  say(`rooms ${rooms.map((room) => room.name).join(', ')}`);
  if (!rooms[0]) return;

  heading(`What was said in ${rooms[0].name}?`);
  let pages = 0;
  let messages = 0;
  for await (const page of iterateRoomMessages(ctx, serverId, rooms[0].id, { limit: 100 })) {
    if (page.isErr()) return say(describe(page.error));
    pages += 1;
    messages += page.value.items.length;
    if (pages === 5) break;
  }
  say(`${messages} messages on ${pages} pages`);
  const latest = (await collectItems(iterateRoomMessages(ctx, serverId, rooms[0].id, { limit: 3 }), 3)).unwrapOr([]);
  for (const message of latest)
    say(`${message.createdAt}  ${message.displayName ?? message.username}: ${message.content}`);
};

/** What is only done to the sandbox: it writes, and it fails on purpose. */
const onSandbox = async () => {
  const { serveSandbox } = await import('lagclient/sandbox/node');
  const { url: baseUrl, sandbox, close } = (await serveSandbox({ port: 0 })).match((served) => served, giveUp);
  console.log(`The sandbox, an in-memory Lag API, listens on ${baseUrl}`);
  const { tokens, ids } = sandbox;
  const user = createContext(tokens.ada, { baseUrl });
  const robot = createContext(tokens.robot, { baseUrl });
  await readOnly(user);

  heading('And as a robot?');
  say((await getIdentity(robot)).match((me) => `robot ${me.displayName} of server ${ids.server}`, giveUp));

  heading('Send, edit, delete');
  const { server, rooms } = ids;
  const sent = (await sendRoomMessage(robot, server, rooms.general, { content: 'hello from a robot' })).match(
    (m) => m,
    giveUp,
  );
  say(`sent     ${sent.id}: ${sent.content}`);
  const edit = editRoomMessage(robot, server, rooms.general, sent.id, { content: 'hello again' });
  say(`edited   ${(await edit).match(({ id, content }) => `${id}: ${content}`, giveUp)}`);
  (await deleteRoomMessage(robot, server, rooms.general, sent.id)).match(() => say(`deleted  ${sent.id}`), giveUp);

  heading('Upload an image');
  const png = Uint8Array.from(atob(PIXEL), (char) => char.charCodeAt(0));
  const image = uploadImage(user, png, { purpose: 'chat', alt: 'one pixel' }).andThen(({ id }) =>
    waitForImage(user, id),
  );
  say((await image).match(({ id, processingStatus }) => `${id} is ${processingStatus}`, describe));

  heading('Errors are values');
  const stranger = createContext(tokens.dan, { baseUrl });
  const unexpected = () => 'no error at all';
  say(await getServer(stranger, server).match(unexpected, describe));
  say(await getServer(user, 'no-such-server').match(unexpected, describe));
  const sends = Array.from({ length: 12 }, (_, n) =>
    sendRoomMessage(robot, server, rooms.quiet, { content: `spam ${n}` }, { maxRetries: 0 }),
  );
  const refused = (await Promise.all(sends)).find((result) => result.isErr());
  if (refused?.isErr()) say(describe(refused.error));
  sandbox.faults.next({ delayMs: 5_000 });
  say(await getIdentity(user, { timeoutMs: 100, maxRetries: 0 }).match(unexpected, describe));

  await close();
  console.log('\nDone. Every line above came over real HTTP; see docs/examples/quick-start.mjs.');
};

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

await (token ? readOnly(createContext(token, { baseUrl })) : onSandbox());
