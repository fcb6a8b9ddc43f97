import exported from '../test/exports.json' with { type: 'json' };

/** An example of the reference: what is called, what is shown of its value, what that prints, and who calls. */
interface Example {
  readonly code: string;
  /** What it prints. */
  readonly output: string;
  /** Whose token `LAG_TOKEN` is: ada's. */
  readonly as?: 'ada' | 'ben' | 'cleo' | 'dan';
}

const of = (call: string, show: string, output: string, as?: Example['as']): Example => ({
  code: `const result = await ${call};\nconsole.log(result.match(${show}, (error) => error.kind));`,
  output,
  ...(as && { as }),
});

const done = (call: string, as?: Example['as']): Example => of(call, `() => 'done'`, 'done', as);

const user = `({ username }) => username`;
const message = `({ content }) => content`;

/** By the function's name; the imports and `ctx` are put before it. */
export const examples: Readonly<Record<string, Example>> = {
  getHealth: of('getHealth(ctx)', '({ status }) => status', 'ok'),
  getVersion: of('getVersion(ctx)', '({ version }) => version', '…'),
  getSystemStatus: of('getSystemStatus(ctx)', '({ outage }) => outage', 'false'),
  getConfig: of('getConfig(ctx)', '({ features }) => Object.keys(features).length > 0', 'true'),

  getIdentity: of('getIdentity(ctx)', '({ kind, displayName }) => `${kind} ${displayName}`', 'user Ada'),

  getMe: of('getMe(ctx)', user, 'ada'),
  updateMe: of(`updateMe(ctx, { displayName: 'Ada L.' })`, '({ displayName }) => displayName', 'Ada L.'),
  setupAccount: of(`setupAccount(ctx, { username: 'ada', displayName: 'Ada' })`, user, 'ada'),
  uploadAvatar: {
    code: `const response = await fetch('https://example.com/me.gif');
const result = await uploadAvatar(ctx, await response.blob());
console.log(result.match(({ avatarUrl }) => avatarUrl, (error) => error.kind));`,
    output: 'https://…',
  },
  registerPushToken: of(
    `registerPushToken(ctx, { token: 'from-the-device', platform: 'ios' })`,
    '({ ok }) => ok',
    'true',
  ),
  removePushToken: {
    code: `const result = await registerPushToken(ctx, { token: 'from-the-device', platform: 'ios' }).andThen(() =>
  removePushToken(ctx, 'from-the-device'),
);
console.log(result.match(({ ok }) => ok, (error) => error.kind));`,
    output: 'true',
  },
  requestAccountDeletion: of('requestAccountDeletion(ctx)', user, 'ada'),
  cancelAccountDeletion: of('requestAccountDeletion(ctx).andThen(() => cancelAccountDeletion(ctx))', user, 'ada'),
  lookupSteamProfile: of(`lookupSteamProfile(ctx, 'ben')`, '({ steamId }) => steamId', '76561198000000002'),
  importSteamAvatar: of(
    `lookupSteamProfile(ctx, 'ben').andThen(({ avatarUrl }) => importSteamAvatar(ctx, avatarUrl ?? ''))`,
    '({ avatarUrl }) => avatarUrl',
    'https://…',
  ),
  getSteamActivity: of('getSteamActivity(ctx)', `({ gameName }) => gameName ?? 'no game'`, 'no game'),
  checkUsername: of(`checkUsername(ctx, 'newcomer')`, '({ available }) => available', 'true'),
  searchUsers: of(`searchUsers(ctx, 'cle')`, '(users) => users.map(({ username }) => username)', `[ 'cleo' ]`),
  getUser: of(`getUser(ctx, 'a-user-id')`, user, 'ben'),

  listFriends: of('listFriends(ctx)', '(friends) => friends.map(({ user }) => user.username)', `[ 'ben' ]`),
  listFriendRequests: of(
    'listFriendRequests(ctx)',
    '({ incoming }) => incoming.map(({ from }) => from.username)',
    `[ 'cleo' ]`,
  ),
  sendFriendRequest: of(`sendFriendRequest(ctx, 'dan')`, '({ status }) => status', 'pending'),
  acceptFriendRequest: of(`acceptFriendRequest(ctx, 'a-request-id')`, '({ status }) => status', 'accepted'),
  declineFriendRequest: done(`declineFriendRequest(ctx, 'a-request-id')`),
  removeFriend: {
    code: `const result = await listFriends(ctx).andThen(([friend]) => removeFriend(ctx, friend?.friendshipId ?? ''));
console.log(result.match(() => 'done', (error) => error.kind));`,
    output: 'done',
  },
  blockUser: of(`blockUser(ctx, 'a-user-id')`, '({ status }) => status', 'blocked'),

  listDms: of('listDms(ctx)', '(dms) => dms.map(({ otherUser }) => otherUser.username)', `[ 'ben' ]`),
  createDm: of(`createDm(ctx, 'a-user-id')`, '({ otherUser }) => otherUser.username', 'ben'),
  getDm: of(`getDm(ctx, 'a-conversation-id')`, '({ otherUser }) => otherUser.username', 'ben'),
  listDmMessages: of(
    `listDmMessages(ctx, 'a-conversation-id', { limit: 10 })`,
    '({ messages }) => messages.length',
    '10',
  ),
  iterateDmMessages: {
    code: `const latest = await collectItems(iterateDmMessages(ctx, 'a-conversation-id'), 20);
console.log(latest.match((messages) => messages.length, (error) => error.kind));`,
    output: '20',
  },
  sendDmMessage: of(`sendDmMessage(ctx, 'a-conversation-id', { content: 'hello' })`, message, 'hello'),
  editDmMessage: of(
    `sendDmMessage(ctx, 'a-conversation-id', { content: 'helo' }).andThen(({ id }) =>
  editDmMessage(ctx, 'a-conversation-id', id, { content: 'hello' }),
)`,
    message,
    'hello',
  ),
  deleteDmMessage: done(
    `sendDmMessage(ctx, 'a-conversation-id', { content: 'oops' }).andThen(({ id }) =>
  deleteDmMessage(ctx, 'a-conversation-id', id),
)`,
  ),

  listServers: of('listServers(ctx)', '(servers) => servers.map(({ name }) => name)', `[ 'Harbour' ]`),
  createServer: of(`createServer(ctx, { name: 'Lighthouse' })`, '({ name }) => name', 'Lighthouse', 'ben'),
  getServer: of(
    `getServer(ctx, 'a-server-id')`,
    '({ rooms }) => rooms.map(({ name }) => name)',
    `[ 'General', 'Music', 'Quiet' ]`,
  ),
  updateServer: of(`updateServer(ctx, 'a-server-id', { name: 'Haven' })`, '({ name }) => name', 'Haven'),
  uploadServerIcon: {
    code: `const response = await fetch('https://example.com/icon.gif');
const result = await uploadServerIcon(ctx, 'a-server-id', await response.blob());
console.log(result.match(({ iconUrl }) => iconUrl, (error) => error.kind));`,
    output: 'https://…',
  },
  deleteServer: done(`deleteServer(ctx, 'a-server-id')`),
  leaveServer: done(`leaveServer(ctx, 'a-server-id')`, 'ben'),

  listInvites: of(`listInvites(ctx, 'a-server-id')`, '(invites) => invites.length', '1'),
  createInvite: of(
    `createInvite(ctx, 'a-server-id', { maxUses: 5, expiresInHours: 24 })`,
    '({ maxUses }) => maxUses',
    '5',
  ),
  revokeInvite: {
    code: `const result = await createInvite(ctx, 'a-server-id').andThen(({ id }) => revokeInvite(ctx, 'a-server-id', id));
console.log(result.match(() => 'done', (error) => error.kind));`,
    output: 'done',
  },
  previewInvite: of(`previewInvite(ctx, 'a-code')`, '({ serverName }) => serverName', 'Harbour'),
  joinServer: of(`joinServer(ctx, 'a-code')`, '({ name }) => name', 'Harbour', 'dan'),
  inviteFriend: of(
    `kickMember(ctx, 'a-server-id', 'a-user-id').andThen(() => inviteFriend(ctx, 'a-server-id', 'a-user-id'))`,
    '({ sent }) => sent',
    'true',
  ),

  listMembers: of(
    `listMembers(ctx, 'a-server-id')`,
    '(members) => members.map(({ username }) => username)',
    `[ 'ada', 'ben', 'cleo' ]`,
  ),
  kickMember: done(`kickMember(ctx, 'a-server-id', 'a-user-id')`),
  listBans: of(`listBans(ctx, 'a-server-id')`, '(bans) => bans.length', '0'),
  banMember: of(
    `banMember(ctx, 'a-server-id', 'a-user-id', { reason: 'spam', duration: 60 })`,
    '({ reason }) => reason',
    'spam',
  ),
  unbanMember: done(
    `banMember(ctx, 'a-server-id', 'a-user-id').andThen(() => unbanMember(ctx, 'a-server-id', 'a-user-id'))`,
  ),
  listMutes: of(`listMutes(ctx, 'a-server-id')`, '(mutes) => mutes.length', '0'),
  muteMember: of(`muteMember(ctx, 'a-server-id', 'a-user-id', { duration: 10 })`, user, 'ben'),
  unmuteMember: done(
    `muteMember(ctx, 'a-server-id', 'a-user-id').andThen(() => unmuteMember(ctx, 'a-server-id', 'a-user-id'))`,
  ),

  listRoles: of(
    `listRoles(ctx, 'a-server-id')`,
    '(roles) => roles.map(({ name }) => name)',
    `[ 'Owner', 'Admin', 'Moderator', 'Member' ]`,
  ),
  createRole: of(
    `createRole(ctx, 'a-server-id', {
  name: 'Bouncer',
  permissions: Permission.KICK_MEMBERS | Permission.BAN_MEMBERS,
})`,
    '({ permissions }) => permissions',
    '96',
  ),
  updateRole: of(
    `updateRole(ctx, 'a-server-id', 'a-role-id', { color: '#2f9e44' })`,
    '({ color }) => color',
    '#2f9e44',
  ),
  deleteRole: done(`deleteRole(ctx, 'a-server-id', 'a-role-id')`),
  assignRole: of(`assignRole(ctx, 'a-server-id', 'a-user-id', 'a-role-id')`, '({ roleName }) => roleName', 'Moderator'),

  listRooms: of(
    `listRooms(ctx, 'a-server-id')`,
    '(rooms) => rooms.map(({ name }) => name)',
    `[ 'General', 'Music', 'Quiet' ]`,
  ),
  createRoom: of(
    `createRoom(ctx, 'a-server-id', { name: 'Arena', maxParticipants: 10 })`,
    '({ name }) => name',
    'Arena',
  ),
  updateRoom: of(`updateRoom(ctx, 'a-server-id', 'a-room-id', { name: 'Lobby' })`, '({ name }) => name', 'Lobby'),
  deleteRoom: done(`deleteRoom(ctx, 'a-server-id', 'an-empty-room-id')`),

  listRoomMessages: of(
    `listRoomMessages(ctx, 'a-server-id', 'a-room-id', { limit: 100 })`,
    '({ messages, hasMore }) => [messages.length, hasMore]',
    '[ 100, true ]',
  ),
  iterateRoomMessages: {
    code: `for await (const page of iterateRoomMessages(ctx, 'a-server-id', 'a-room-id', { limit: 100 })) {
  console.log(page.match(({ items, hasMore }) => [items.length, hasMore], (error) => error.kind));
  if (page.isOk() && page.value.items.some(({ content }) => content === 'Good game!')) break;
}`,
    output: '[ 100, true ]',
  },
  sendRoomMessage: of(`sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'hello' })`, message, 'hello'),
  sendRoomMessageOnce: of(
    `sendRoomMessageOnce(ctx, 'a-server-id', 'a-room-id', { content: 'hello' })`,
    message,
    'hello',
  ),
  editRoomMessage: of(
    `sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'helo' }).andThen(({ id }) =>
  editRoomMessage(ctx, 'a-server-id', 'a-room-id', id, { content: 'hello' }),
)`,
    message,
    'hello',
  ),
  deleteRoomMessage: done(
    `sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'oops' }).andThen(({ id }) =>
  deleteRoomMessage(ctx, 'a-server-id', 'a-room-id', id),
)`,
  ),

  listEvents: of(`listEvents(ctx, 'a-server-id')`, '(events) => events.map(({ title }) => title)', '…'),
  createEvent: of(
    `createEvent(ctx, 'a-server-id', { title: 'Finals', startsAt: '2030-05-01T18:00:00Z' })`,
    '({ title, status }) => `${title}: ${status}`',
    'Finals: scheduled',
  ),
  getEvent: of(`getEvent(ctx, 'a-server-id', 'an-event-id')`, '({ title }) => title', 'Launch party'),
  updateEvent: of(
    `updateEvent(ctx, 'a-server-id', 'an-event-id', { description: 'Bring two songs.' })`,
    '({ description }) => description',
    'Bring two songs.',
  ),
  cancelEvent: of(`cancelEvent(ctx, 'a-server-id', 'an-event-id')`, '({ status }) => status', 'cancelled'),
  rsvpEvent: of(`rsvpEvent(ctx, 'a-server-id', 'an-event-id', 'going')`, '({ counts }) => counts.going', '2'),
  toggleEventExternalAccess: of(
    `toggleEventExternalAccess(ctx, 'a-server-id', 'an-event-id')`,
    '({ externalAccessEnabled }) => externalAccessEnabled',
    'false',
  ),

  listEventGuests: of(
    `listEventGuests(ctx, 'a-server-id', 'an-event-id')`,
    '(guests) => guests.map(({ displayName }) => displayName)',
    `[ 'Grace' ]`,
  ),
  admitEventGuest: of(
    `admitEventGuest(ctx, 'a-server-id', 'an-event-id', 'a-guest-id')`,
    '({ status }) => status',
    'admitted',
  ),
  rejectEventGuest: of(
    `rejectEventGuest(ctx, 'a-server-id', 'an-event-id', 'a-guest-id')`,
    '({ status }) => status',
    'rejected',
  ),

  listEventTemplates: of(
    `listEventTemplates(ctx, 'a-server-id')`,
    '(templates) => templates.map(({ title }) => title)',
    `[ 'Weekly meet-up' ]`,
  ),
  createEventTemplate: of(
    `createEventTemplate(ctx, 'a-server-id', {
  title: 'Friday games',
  rrule: 'FREQ=WEEKLY;BYDAY=FR',
  timezone: 'Europe/Berlin',
  startTime: '20:00',
})`,
    '({ title }) => title',
    'Friday games',
  ),
  updateEventTemplate: of(
    `updateEventTemplate(ctx, 'a-server-id', 'a-template-id', { startTime: '19:00' })`,
    '({ startTime }) => startTime',
    '19:00',
  ),
  deleteEventTemplate: of(`deleteEventTemplate(ctx, 'a-server-id', 'a-template-id')`, '({ ok }) => ok', 'true'),

  uploadImage: {
    code: `const response = await fetch('https://example.com/cat.gif');
const result = await uploadImage(ctx, await response.blob(), { purpose: 'chat', alt: 'a cat' });
console.log(result.match(({ contentType }) => contentType, (error) => error.kind));`,
    output: 'image/gif',
  },
  getImage: {
    code: `const response = await fetch('https://example.com/cat.gif');
const result = await uploadImage(ctx, await response.blob(), { purpose: 'chat' }).andThen(({ id }) => getImage(ctx, id));
console.log(result.match(({ purpose }) => purpose, (error) => error.kind));`,
    output: 'chat',
  },
  getImageStatus: {
    code: `const response = await fetch('https://example.com/cat.gif');
const result = await uploadImage(ctx, await response.blob(), { purpose: 'chat' }).andThen(({ id }) =>
  getImageStatus(ctx, id),
);
console.log(result.match(({ processingStatus }) => processingStatus, (error) => error.kind));`,
    output: '…',
  },
  deleteImage: {
    code: `const response = await fetch('https://example.com/cat.gif');
const result = await uploadImage(ctx, await response.blob(), { purpose: 'chat' }).andThen(({ id }) =>
  deleteImage(ctx, id),
);
console.log(result.match(() => 'done', (error) => error.kind));`,
    output: 'done',
  },
  waitForImage: {
    code: `const response = await fetch('https://example.com/cat.gif');
const result = await uploadImage(ctx, await response.blob(), { purpose: 'chat' }).andThen(({ id }) =>
  waitForImage(ctx, id, { intervalMs: 50 }),
);
console.log(result.match(({ processingStatus }) => processingStatus, (error) => error.kind));`,
    output: 'ready',
  },
  createContext: {
    code: `const ctx = createContext('lag_pat_…', { timeoutMs: 10_000 });
const result = await getIdentity(ctx);
console.log(result.match(({ displayName }) => displayName, (error) => error.kind));`,
    output: 'Ada',
  },
  fetchTransport: {
    code: `const ctx = createContext('lag_robot_…');
const result = await getIdentity(ctx);
console.log(result.match(({ displayName }) => displayName, (error) => error.kind));`,
    output: 'Beacon',
  },
  iterateItems: {
    code: `for await (const message of iterateItems(iterateRoomMessages(ctx, 'a-server-id', 'a-room-id'))) {
  console.log(message.match(({ content }) => content.length > 0, (error) => error.kind));
  break;
}`,
    output: 'true',
  },
  collectItems: of(
    `collectItems(iterateRoomMessages(ctx, 'a-server-id', 'a-room-id'), 150)`,
    '(messages) => messages.length',
    '150',
  ),
  itemsSince: {
    code: `const weekAgo = Date.now() - 7 * 24 * 60 * 60_000;
let count = 0;
for await (const message of itemsSince(iterateRoomMessages(ctx, 'a-server-id', 'a-room-id'), weekAgo))
  if (message.isOk()) count += 1;
console.log(count > 0);`,
    output: 'true',
  },
  orThrow: {
    code: `const loader = async () => ({ server: await orThrow(getServer(ctx, 'a-server-id')) });
console.log((await loader()).server.name);`,
    output: 'Harbour',
  },
  httpStatusOf: {
    code: `const result = await getMe(createContext('lag_pat_…', { baseUrl: 'not a URL' }));
console.log(result.match(() => 200, httpStatusOf), httpStatusOf({ kind: 'auth', status: 401 }));`,
    output: '400 502',
  },
  toPlain: {
    code: `const plain = await toPlain(getServer(ctx, 'a-server-id'));
console.log(plain.ok ? plain.value.name : plain.error.kind);`,
    output: 'Harbour',
  },
  VERSION: { code: `console.log(VERSION.split('.').length);`, output: '3' },
  ok: of(`getUser(ctx, 'a-user-id').andThen(({ username }) => ok(username.toUpperCase()))`, '(name) => name', 'BEN'),
  err: of(
    `getServer(ctx, 'a-server-id').andThen(({ rooms }) =>
  rooms.length < 100 ? err(lagError('invalid_input', 'too few rooms')) : ok(rooms),
)`,
    '(rooms) => rooms.length',
    'invalid_input',
  ),
  okAsync: of(
    `getServer(ctx, 'a-server-id').orElse((error) =>
  error.kind === 'not_found' ? okAsync(undefined) : errAsync(error),
)`,
    '(server) => server?.name',
    'Harbour',
  ),
  errAsync: {
    code: `const offline = () => errAsync(lagError('connection', 'no network'));
const result = await offline();
console.log(result.isErr() && result.error.kind);`,
    output: 'connection',
  },
  safeTry: {
    code: `const result = await safeTry(async function* () {
  const [server] = yield* listServers(ctx);
  const { rooms } = yield* getServer(ctx, server?.id ?? '');
  return ok(rooms.length);
});
console.log(result.match((count) => count, (error) => error.kind));`,
    output: '3',
  },
  Result: {
    code: `const results = await Promise.all([getUser(ctx, 'a-user-id'), getMe(ctx)]);
const result = Result.combine(results);
console.log(result.match((users) => users.map(({ username }) => username), (error) => error.kind));`,
    output: `[ 'ben', 'ada' ]`,
  },
  ResultAsync: of(
    `ResultAsync.combine([getServer(ctx, 'a-server-id'), getMe(ctx)])`,
    '([server, me]) => [server.name, me.username]',
    `[ 'Harbour', 'ada' ]`,
  ),
  isLagError: {
    code: `const result = await getMe(createContext(''));
const failure: unknown = result.isErr() ? result.error : undefined;
console.log(isLagError(failure) && failure.kind);`,
    output: 'invalid_token',
  },
  lagError: {
    code: `const offline = lagError('connection', 'no network');
console.log(offline.kind, isLagError(offline));`,
    output: 'connection true',
  },
  isRobot: {
    code: `console.log(isRobot(createContext('lag_robot_…')), isRobot(createContext('lag_pat_…')));`,
    output: 'true false',
  },
  withOptions: {
    code: `const ctx = createContext('lag_pat_…');
const traced = withOptions(ctx, { headers: { 'x-trace-id': '7' }, timeoutMs: 5000 });
console.log((await getIdentity(traced)).map((me) => me.displayName).unwrapOr('nobody'));`,
    output: 'Ada',
  },
  Permission: of(
    `createRole(ctx, 'a-server-id', { name: 'Bouncer', permissions: Permission.KICK_MEMBERS | Permission.BAN_MEMBERS })`,
    '({ permissions }) => permissions',
    '96',
  ),
  hasPermission: of(
    `listRoles(ctx, 'a-server-id')`,
    '(roles) => roles.filter(({ permissions }) => hasPermission(permissions, Permission.BAN_MEMBERS)).map(({ name }) => name)',
    `[ 'Owner', 'Admin' ]`,
  ),
  IMAGE_MAX_BYTES: {
    code: `const image = new Blob([new Uint8Array(26_214_401)]);
console.log(image.size > IMAGE_MAX_BYTES ? 'too large' : 'fits');`,
    output: 'too large',
  },

  pollRobotEvents: of(
    `sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'hello' }).andThen(() => pollRobotEvents(robot))`,
    '(events) => events.map(({ type }) => type)',
    `[ 'room.message' ]`,
  ),
  listenRobotEvents: {
    code: `await sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'hello' });
for await (const event of listenRobotEvents(robot, { transport: 'poll' })) {
  console.log(event.match(({ type }) => type, (error) => error.kind));
  break;
}`,
    output: 'room.message',
  },
  listenByPoll: {
    code: `await sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'hello' });
for await (const event of listenByPoll(robot, { onReconnect: (error) => console.warn(error.message) })) {
  console.log(event.match(({ type }) => type, (error) => error.kind));
  break;
}`,
    output: 'room.message',
  },
  dispatchRobotEvents: {
    code: `await sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'hello' });
const controller = new AbortController();
const ended = await dispatchRobotEvents(listenByPoll(robot, { signal: controller.signal }), {
  'room.message': ({ data }) => {
    console.log(data.content);
    controller.abort();
  },
});
console.log(ended.isOk());`,
    output: 'hello\ntrue',
  },
  handleRobotEvent: {
    code: `const handlers = { 'member.join': ({ data }: { data: { username: string } }) => console.log(data.username) };
const result = await handleRobotEvent(handlers, { id: 'e1', type: 'member.join', data: { username: 'ada' } });
console.log(result.isOk());`,
    output: 'ada\ntrue',
  },
  parseCommand: {
    code: `console.log(parseCommand('!roll 20 "with luck"'));`,
    output: `{ name: 'roll', args: [ '20', 'with luck' ], text: '20 "with luck"' }`,
  },
  robotCommands: {
    code: `await sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: '!ping' });
const answer = robotCommands(robot, { ping: () => 'pong' });
const controller = new AbortController();
await dispatchRobotEvents(listenByPoll(robot, { signal: controller.signal }), {
  'room.message': async (event) => {
    const sent = await answer(event);
    console.log(sent.match((message) => message?.content, (error) => error.kind));
    controller.abort();
  },
});`,
    output: 'pong',
  },
  robotRateLimit: {
    code: `const limited = createContext(process.env.LAG_ROBOT_KEY ?? '', { middleware: [robotRateLimit()] });
const result = await sendRoomMessage(limited, 'a-server-id', 'a-room-id', { content: 'hello' });
console.log(result.match(({ content }) => content, (error) => error.kind));`,
    output: 'hello',
  },
  streamRobotEvents: {
    code: `const { transport, addRobot, ids } = createSandbox();
const mine = createContext(addRobot({ delivery: 'sse' }).token, { transport });
const controller = new AbortController();
setTimeout(() => void sendRoomMessage(mine, ids.server, ids.rooms.quiet, { content: 'hello' }), 20);
setTimeout(() => controller.abort(), 60);
for await (const event of streamRobotEvents(mine, { signal: controller.signal }))
  console.log(event.match(({ type }) => type, (error) => error.kind));
console.log('aborted, without an Err');`,
    output: 'room.message\naborted, without an Err',
  },
  listenBySse: {
    code: `const { transport, addRobot } = createSandbox();
const mine = createContext(addRobot({ delivery: 'sse' }).token, { transport });
for await (const event of listenBySse(mine, { signal: AbortSignal.timeout(50) }))
  console.log(event.match(({ type }) => type, (error) => error.kind));
console.log('aborted, without an Err');`,
    output: 'aborted, without an Err',
  },
  verifyWebhook: {
    code: `const { transport, tokens, ids, addRobot, settled } = createSandbox();
const { webhookSecret } = addRobot({
  delivery: {
    handler: async (request) => {
      const { headers } = request;
      const result = await verifyWebhook({ secret: webhookSecret, headers, body: await request.text() });
      console.log(result.match(({ type }) => type, (error) => error.kind));
      return new Response(null, { status: result.isOk() ? 204 : 401 });
    },
  },
});
await sendRoomMessage(createContext(tokens.ada, { transport }), ids.server, ids.rooms.quiet, { content: 'hello' });
await settled();`,
    output: 'room.message',
  },
  createWebhookHandler: {
    code: `const handler = createWebhookHandler({
  secret: 'whsec_dGhlIHNlY3JldCBvZiBhIHJvYm90',
  onError: (error) => console.error(error.message),
  on: { 'room.message': ({ data }) => console.log(data.content) },
});
const response = await handler(new Request('https://robot.example/', { method: 'POST', body: 'forged' }));
console.log(response.status);`,
    output: 'invalid webhook: the header webhook-id is missing\n401',
  },
  createMemoryClaimStore: {
    code: `const seen = createMemoryClaimStore();
console.log(await seen.setIfAbsent('a-delivery', 'mine', 60), await seen.setIfAbsent('a-delivery', 'theirs', 60));`,
    output: 'true false',
  },

  xhrTransport: {
    code: `const ctx = createContext('lag_pat_…', { transport: xhrTransport(), maxRetries: 0 });
const result = await getMe(ctx);
console.log(result.match(({ username }) => username, (error) => error.message));`,
    output: 'invalid transport: there is no XMLHttpRequest here; use fetchTransport() instead',
  },
  ofetchTransport: {
    code: `const ctx = createContext('lag_robot_…', { transport: ofetchTransport() });
const result = await getIdentity(ctx);
console.log(result.match(({ displayName }) => displayName, (error) => error.kind));`,
    output: 'Beacon',
  },

  undiciTransport: {
    code: `const transport = undiciTransport({ connections: 10 });
const ctx = createContext(process.env.LAG_TOKEN ?? '', { transport });
console.log(typeof ctx.handle, (await transport.close()).isOk());`,
    output: 'function true',
  },
  uploadImageFile: {
    code: `const ctx = createContext(process.env.LAG_TOKEN ?? '', { transport: undiciTransport() });
const result = await uploadImageFile(ctx, './no-such-file.png', { purpose: 'chat' });
console.log(result.match(({ url }) => url, (error) => error.kind));`,
    output: 'invalid_input',
  },

  createSandbox: {
    code: `const { transport, tokens } = createSandbox();
const result = await getIdentity(createContext(tokens.ben, { transport }));
console.log(result.match(({ displayName }) => displayName, (error) => error.kind));`,
    output: 'Ben',
  },
  createManualClock: {
    code: `const clock = createManualClock('2030-01-01T00:00:00Z');
const { transport, tokens } = createSandbox({ clock });
await clock.advance(60_000);
const result = await getHealth(createContext(tokens.ada, { transport }));
console.log(result.match(({ timestamp }) => timestamp, (error) => error.kind));`,
    output: '2030-01-01T00:01:00.000Z',
  },
  serveSandbox: {
    code: `const served = await serveSandbox({ port: 0 });
if (served.isOk()) {
  const { url, sandbox, close } = served.value;
  const result = await getIdentity(createContext(sandbox.tokens.ada, { baseUrl: url }));
  console.log(result.match(({ displayName }) => displayName, (error) => error.kind));
  await close();
}`,
    output: 'Ada',
  },
};

/** An example as the module that the reference shows. */
export const expandExample = (name: string): string => {
  const { code } = examples[name]!;
  const words = new Set(
    code.match(/\b[A-Za-z]\w*(?=\()|\b(?:Permission|IMAGE_MAX_BYTES|VERSION|ResultAsync|Result|httpStatusOf)\b/g),
  );
  const head: string[] = [];
  if (/\bctx\b/.test(code) && !/const ctx\b/.test(code))
    head.push(`const ctx = createContext(process.env.LAG_TOKEN ?? '');`);
  if (/\brobot\b/.test(code)) head.push(`const robot = createContext(process.env.LAG_ROBOT_KEY ?? '');`);
  if (head.length) words.add('createContext');
  const body = code.replace(
    /^( *)console\.log\((\w+)\.match\((.*), (\(error\) => error\.kind)\)\);$/gm,
    (_, indent: string, result: string, show: string, fail: string) =>
      `console.log(\n  ${result}.match(\n    ${show},\n    ${fail},\n  ),\n);`.replace(/^/gm, indent),
  );
  return [...importsOf(words), '', ...head, body].join('\n');
};

const importsOf = (words: Set<string>): string[] =>
  Object.entries(exported).flatMap(([specifier, names]) => {
    const own = names.filter((name) => words.delete(name)).toSorted();
    if (!own.length) return [];
    const line = `import { ${own.join(', ')} } from '${specifier}';`;
    return [line.length <= 120 ? line : `import {\n  ${own.join(',\n  ')},\n} from '${specifier}';`];
  });
