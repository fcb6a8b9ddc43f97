import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createManualClock, createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { asker, type Ask, type Reply } from '../support.js';

// Random sequences of what users and a robot do, checked against a model that knows only what the API documents.

interface ModelMessage {
  content: string;
  author: string;
}

interface ModelRoom {
  name: string;
  /** By id, oldest first. */
  messages: Map<string, ModelMessage>;
}

interface Model {
  /** By user; a role that somebody made counts as `moderator`. */
  members: Map<string, 'owner' | 'admin' | 'member' | 'moderator'>;
  banned: Set<string>;
  muted: Set<string>;
  rooms: Map<string, ModelRoom>;
  /** Codes that are still good, with the uses that are left. */
  invites: Map<string, number>;
  /** Pairs of users, in the order of their names, and who asked. */
  friends: Map<string, { id: string; status: 'pending' | 'accepted'; by: string }>;
  dm: Map<string, { id: string; messages: Map<string, ModelMessage> }>;
  rsvps: Map<string, string>;
  /** Ids of all that was deleted, with the path that it was at. */
  gone: string[];
  /** Times of the robot's last messages. */
  robotSent: number[];
  robotAsked: number[];
}

type User = 'ada' | 'ben' | 'cleo' | 'dan';
type Actor = User | 'robot';

interface Real {
  sandbox: Sandbox;
  ask: (actor: Actor, method: string, path: string, json?: unknown) => Promise<Reply>;
}

export type Command = fc.AsyncCommand<Model, Real>;

const users = ['ada', 'ben', 'cleo', 'dan'] as const;

export const create = () => {
  const sandbox = createSandbox({ clock: createManualClock() });
  const get = asker('http://sandbox', sandbox.fetch);
  const { ids, tokens, state } = sandbox;
  const model: Model = {
    members: new Map([
      ['ada', 'owner'],
      ['ben', 'member'],
      ['cleo', 'admin'],
    ]),
    banned: new Set(),
    muted: new Set(),
    rooms: new Map(
      state.rooms
        .filter(({ serverId }) => serverId === ids.server)
        .map(({ id, name }) => [
          id,
          {
            name: name!,
            messages: new Map(
              state.messages
                .filter(({ roomId }) => roomId === id)
                .map((message) => [message.id, { content: message.content, author: message.username }]),
            ),
          },
        ]),
    ),
    invites: new Map([[ids.inviteCode, Infinity]]),
    friends: new Map([
      ['ada,ben', { id: state.friendships[0]!.id, status: 'accepted', by: 'ada' }],
      ['ada,cleo', { id: ids.friendRequest, status: 'pending', by: 'cleo' }],
    ]),
    dm: new Map([
      [
        'ada,ben',
        {
          id: ids.dm,
          messages: new Map(state.dmMessages.map(({ id, content, username }) => [id, { content, author: username }])),
        },
      ],
    ]),
    rsvps: new Map([['ben', 'going']]),
    gone: [],
    robotSent: [],
    robotAsked: [],
  };
  const real: Real = {
    sandbox,
    ask: async (actor, method, path, json) => {
      const options: Ask = { token: tokens[actor], method, ...(json !== undefined && { json }) };
      const reply = await get(path, options);
      // The first invariant: whatever comes in, no answer of the sandbox is its own failure, and each has the form.
      assert(reply.status < 500);
      assert(reply.headers.get('x-request-id'));
      if (reply.status >= 400) assert.equal(reply.json.statusCode, reply.status);
      return reply;
    },
  };
  return { model, real };
};

const pick = <T>(items: Iterable<T>, at: number): T | undefined => {
  const list = [...items];
  return list[at % list.length];
};

const pair = (a: string, b: string): string => [a, b].sort((x, y) => x.localeCompare(y)).join(',');
const userId = ({ sandbox }: Real, user: string): string => sandbox.ids.users[user as User];
const serverPath = ({ sandbox }: Real): string => `/servers/${sandbox.ids.server}`;
const isStaff = (model: Model, user: string): boolean => ['owner', 'admin'].includes(model.members.get(user) ?? '');
const may = (model: Model, user: string): boolean => isStaff(model, user) || model.members.get(user) === 'moderator';

/** What the API answers a robot at most, besides what the operation itself does. */
const robotLimit = (model: Model, { sandbox }: Real): boolean => {
  const now = sandbox.clock.now();
  model.robotAsked = model.robotAsked.filter((at) => at > now - 60_000);
  if (model.robotAsked.length >= 100) return true;
  model.robotAsked.push(now);
  return false;
};

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

const send = (actor: Actor, at: number, content: string, replyAt: number | null): Command =>
  command(`${actor} says ${JSON.stringify(content)} in room ${at}`, async (model, real) => {
    const [roomId, room] = pick(model.rooms, at)!;
    const reply = replyAt === null ? undefined : pick(room.messages.keys(), replyAt);
    const prefix = actor === 'robot' ? '/robots/@me' : '';
    const path = `${prefix}${serverPath(real)}/rooms/${roomId}/messages`;
    const limited = actor === 'robot' && robotLimit(model, real);
    const answer = await real.ask(actor, 'POST', path, { content, ...(reply && { replyToId: reply }) });
    const now = real.sandbox.clock.now();
    model.robotSent = model.robotSent.filter((time) => time > now - 10_000);
    if (limited) return expect(answer.status).toBe(429);
    if (actor !== 'robot' && !model.members.has(actor)) return expect(answer.status).toBe(403);
    if (actor !== 'robot' && model.muted.has(actor)) return expect(answer.status).toBe(403);
    if (actor === 'robot' && model.robotSent.length >= 10) return expect(answer.status).toBe(429);
    if (actor === 'robot') model.robotSent.push(now);
    if (!content.trim()) return expect(answer.status).toBe(400);
    expect(answer.status).toBe(201);
    expect(answer.json.replyTo?.id).toBe(reply);
    room.messages.set(answer.json.id, { content, author: actor === 'robot' ? 'Beacon' : actor });
  });

const changeMessage = (actor: Actor, method: 'PATCH' | 'DELETE', at: number, message: number): Command =>
  command(`${actor} ${method} message ${message} of room ${at}`, async (model, real) => {
    const [roomId, room] = pick(model.rooms, at)!;
    const messageId = pick(room.messages.keys(), message);
    if (!messageId) return;
    const prefix = actor === 'robot' ? '/robots/@me' : '';
    const path = `${prefix}${serverPath(real)}/rooms/${roomId}/messages/${messageId}`;
    const limited = actor === 'robot' && robotLimit(model, real);
    const answer = await real.ask(actor, method, path, method === 'PATCH' ? { content: 'edited' } : undefined);
    if (limited) return expect(answer.status).toBe(429);
    const isOwn = room.messages.get(messageId)!.author === (actor === 'robot' ? 'Beacon' : actor);
    const isMember = actor === 'robot' || model.members.has(actor);
    const allowed = isMember && (isOwn || (method === 'DELETE' && actor !== 'robot' && may(model, actor)));
    expect(answer.status).toBe(allowed ? (method === 'PATCH' ? 200 : 204) : 403);
    if (!allowed) return;
    if (method === 'PATCH') room.messages.get(messageId)!.content = 'edited';
    else {
      room.messages.delete(messageId);
      model.gone.push(messageId);
    }
  });

const walk = (actor: Actor, at: number, limit: number): Command =>
  command(`${actor} pages through room ${at} by ${limit}`, async (model, real) => {
    const [roomId, room] = pick(model.rooms, at)!;
    const prefix = actor === 'robot' ? '/robots/@me' : '';
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const limited = actor === 'robot' && robotLimit(model, real);
      const query: string = `limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const answer = await real.ask(actor, 'GET', `${prefix}${serverPath(real)}/rooms/${roomId}/messages?${query}`);
      if (limited) return expect(answer.status).toBe(429);
      if (actor !== 'robot' && !model.members.has(actor)) return expect(answer.status).toBe(403);
      expect(answer.status).toBe(200);
      expect(answer.json.messages.length).toBeLessThanOrEqual(limit);
      seen.unshift(...answer.json.messages.map(({ id }: { id: string }) => id));
      expect(answer.json.hasMore).toBe(answer.json.nextCursor !== null);
      cursor = answer.json.nextCursor;
    } while (cursor !== null && seen.length <= room.messages.size);
    expect(seen).toEqual([...room.messages.keys()]);
  });

/** Several at one time, so that cursors and limits are tried. */
const burst = (actor: Actor, at: number, count: number): Command =>
  command(`${actor} says ${count} things in room ${at}`, async (model, real) => {
    for (let n = 0; n < count; n++) await send(actor, at, `${n}`, null).run(model, real);
    await walk(actor, at, 3).run(model, real);
  });

const createRoom = (actor: User, name: string): Command =>
  command(`${actor} makes room ${name}`, async (model, real) => {
    const answer = await real.ask(actor, 'POST', `${serverPath(real)}/rooms`, { name });
    if (!isStaff(model, actor)) return expect(answer.status).toBe(403);
    expect(answer.status).toBe(201);
    model.rooms.set(answer.json.id, { name, messages: new Map() });
  });

const deleteRoom = (actor: User, at: number): Command =>
  command(`${actor} deletes room ${at}`, async (model, real) => {
    if (model.rooms.size < 2) return;
    const [roomId, room] = pick(model.rooms, at)!;
    const answer = await real.ask(actor, 'DELETE', `${serverPath(real)}/rooms/${roomId}`);
    if (!isStaff(model, actor)) return expect(answer.status).toBe(403);
    expect(answer.status).toBe(204);
    model.gone.push(roomId, ...room.messages.keys());
    model.rooms.delete(roomId);
  });

const invite = (actor: User, maxUses: number): Command =>
  command(`${actor} invites ${maxUses}`, async (model, real) => {
    const answer = await real.ask(actor, 'POST', `${serverPath(real)}/invites`, { maxUses });
    // A moderator's role may invite too; all roles but one that somebody else makes do.
    if (!model.members.has(actor)) return expect(answer.status).toBe(403);
    expect(answer.status).toBe(201);
    model.invites.set(answer.json.code, maxUses);
  });

const join = (actor: User, at: number): Command =>
  command(`${actor} joins by invite ${at}`, async (model, real) => {
    const [code, left] = pick([...model.invites].slice(-2), at)!;
    const answer = await real.ask(actor, 'POST', `/servers/join/${code}`);
    if (model.members.has(actor)) return expect(answer.status).toBe(409);
    if (model.banned.has(actor)) return expect(answer.status).toBe(403);
    if (!left) return expect(answer.status).toBe(404);
    expect(answer.status).toBe(200);
    model.invites.set(code, left - 1);
    model.members.set(actor, 'member');
    expect(answer.json.memberCount).toBe(model.members.size);
  });

const leave = (actor: User): Command =>
  command(`${actor} leaves`, async (model, real) => {
    const answer = await real.ask(actor, 'DELETE', `${serverPath(real)}/leave`);
    if (!model.members.has(actor) || model.members.get(actor) === 'owner') return expect(answer.status).toBe(403);
    expect(answer.status).toBe(204);
    model.members.delete(actor);
    model.rsvps.delete(actor);
  });

/** Whether `actor` may do that to `target`: not to oneself or the owner, to an admin only the owner. */
const outranks = (model: Model, actor: User, target: User): boolean =>
  actor !== target &&
  model.members.get(target) !== 'owner' &&
  (model.members.get(target) !== 'admin' || model.members.get(actor) === 'owner');

const kick = (actor: User, target: User): Command =>
  command(`${actor} kicks ${target}`, async (model, real) => {
    const answer = await real.ask(actor, 'DELETE', `${serverPath(real)}/members/${userId(real, target)}`);
    if (!may(model, actor)) return expect(answer.status).toBe(403);
    if (!model.members.has(target)) return expect(answer.status).toBe(404);
    expect(answer.status).toBe(outranks(model, actor, target) ? 204 : 403);
    if (answer.status !== 204) return;
    model.members.delete(target);
    model.rsvps.delete(target);
  });

const moderate = (actor: User, target: User, list: 'bans' | 'mutes', on: boolean): Command =>
  command(`${actor} ${on ? 'adds' : 'removes'} ${target} ${on ? 'to' : 'from'} ${list}`, async (model, real) => {
    const path = `${serverPath(real)}/${list}/${userId(real, target)}`;
    const answer = await real.ask(actor, on ? 'POST' : 'DELETE', path, on ? {} : undefined);
    const held = list === 'bans' ? model.banned : model.muted;
    // The role that somebody made may mute, not ban.
    if (!(list === 'bans' ? isStaff : may)(model, actor)) return expect(answer.status).toBe(403);
    if (!on) {
      expect(answer.status).toBe(held.has(target) ? 204 : 404);
      held.delete(target);
      return;
    }
    if (list === 'mutes' && !model.members.has(target)) return expect(answer.status).toBe(404);
    if (!outranks(model, actor, target)) return expect(answer.status).toBe(403);
    if (held.has(target)) return expect(answer.status).toBe(409);
    expect(answer.status).toBe(201);
    held.add(target);
    if (list === 'mutes') return;
    model.members.delete(target);
    model.rsvps.delete(target);
  });

const assign = (actor: User, target: User, role: 'admin' | 'member' | 'moderator'): Command =>
  command(`${actor} makes ${target} ${role}`, async (model, real) => {
    const path = `${serverPath(real)}/members/${userId(real, target)}/role`;
    const answer = await real.ask(actor, 'PUT', path, { roleId: real.sandbox.ids.roles[role] });
    if (!isStaff(model, actor)) return expect(answer.status).toBe(403);
    if (!model.members.has(target)) return expect(answer.status).toBe(404);
    const allowed = outranks(model, actor, target) && (role !== 'admin' || model.members.get(actor) === 'owner');
    expect(answer.status).toBe(allowed ? 200 : 403);
    if (allowed) model.members.set(target, role);
  });

const befriend = (actor: User, target: User): Command =>
  command(`${actor} asks ${target}`, async (model, real) => {
    const answer = await real.ask(actor, 'POST', '/friends/request', { username: target });
    if (actor === target) return expect(answer.status).toBe(400);
    if (model.friends.has(pair(actor, target))) return expect(answer.status).toBe(409);
    expect(answer.status).toBe(201);
    model.friends.set(pair(actor, target), { id: answer.json.id, status: 'pending', by: actor });
  });

const answerFriend = (actor: User, at: number, how: 'accept' | 'decline' | 'remove'): Command =>
  command(`${actor} ${how}s friendship ${at}`, async (model, real) => {
    const found = pick(model.friends, at);
    if (!found) return;
    const [key, friendship] = found;
    const answer =
      how === 'remove'
        ? await real.ask(actor, 'DELETE', `/friends/${friendship.id}`)
        : await real.ask(actor, 'POST', `/friends/${how}`, { requestId: friendship.id });
    const isPart = key.split(',').includes(actor);
    const wasAsked = isPart && friendship.by !== actor;
    if (how === 'remove') {
      if (!isPart) return expect(answer.status).toBe(404);
      if (friendship.status === 'pending' && wasAsked) return expect(answer.status).toBe(403);
      expect(answer.status).toBe(204);
    } else {
      if (!wasAsked) return expect(answer.status).toBe(403);
      if (friendship.status === 'accepted') return expect(answer.status).toBe(409);
      expect(answer.status).toBe(200);
    }
    if (how === 'accept') friendship.status = 'accepted';
    else model.friends.delete(key);
  });

const whisper = (actor: User, target: User, content: string): Command =>
  command(`${actor} whispers to ${target}`, async (model, real) => {
    const key = pair(actor, target);
    const areFriends = model.friends.get(key)?.status === 'accepted';
    const opened = await real.ask(actor, 'POST', '/dms', { userId: userId(real, target) });
    expect(opened.status).toBe(areFriends ? 201 : 403);
    const dm =
      model.dm.get(key) ??
      (areFriends ? { id: opened.json.id as string, messages: new Map<string, ModelMessage>() } : undefined);
    if (!dm) return;
    model.dm.set(key, dm);
    const sent = await real.ask(actor, 'POST', `/dms/${dm.id}/messages`, { content });
    expect(sent.status).toBe(areFriends ? 201 : 403);
    if (areFriends) dm.messages.set(sent.json.id, { content, author: actor });
  });

const snoop = (actor: User, at: number): Command =>
  command(`${actor} reads conversation ${at}`, async (model, real) => {
    const [key, dm] = pick(model.dm, at)!;
    const answer = await real.ask(actor, 'GET', `/dms/${dm.id}/messages?limit=100`);
    if (!key.split(',').includes(actor)) return expect(answer.status).toBe(403);
    expect(answer.json.messages.map(({ id }: { id: string }) => id)).toEqual([...dm.messages.keys()].slice(-100));
  });

const rsvp = (actor: User, status: string): Command =>
  command(`${actor} is ${status}`, async (model, real) => {
    const answer = await real.ask(actor, 'POST', `${serverPath(real)}/events/${real.sandbox.ids.event}/rsvp`, {
      status,
    });
    if (!model.members.has(actor)) return expect(answer.status).toBe(403);
    model.rsvps.set(actor, status);
    const count = (wanted: string) => [...model.rsvps.values()].filter((one) => one === wanted).length;
    expect(answer.json.counts).toEqual({ going: count('going'), maybe: count('maybe'), notGoing: count('not_going') });
  });

const pass = (ms: number): Command =>
  command(`${ms} ms pass`, async (_, { sandbox }) => {
    await sandbox.clock.advance(ms);
  });

/** What must hold after whatever was done: asked over the API by each of the users. */
export const look = (): Command =>
  command('look', async (model, real) => {
    const path = serverPath(real);
    for (const user of users) {
      const seen = await real.ask(user, 'GET', path);
      if (!model.members.has(user)) {
        expect(seen.status).toBe(403);
        for (const rest of ['/rooms', '/members', '/roles', '/invites', '/events', '/event-templates', '/bans'])
          expect((await real.ask(user, 'GET', path + rest)).status).toBe(403);
        continue;
      }
      expect(seen.json.memberCount).toBe(model.members.size);
      expect(seen.json.members.length).toBe(model.members.size);
      expect(new Set(seen.json.members.map(({ username }: { username: string }) => username))).toEqual(
        new Set(model.members.keys()),
      );
      expect(seen.json.rooms.map(({ id }: { id: string }) => id)).toEqual([...model.rooms.keys()]);
      const role = model.members.get(user)!;
      expect(seen.json.myRole).toBe(role === 'moderator' ? 'member' : role);
      const friends = await real.ask(user, 'GET', '/friends');
      const expected = [...model.friends].filter(
        ([key, { status }]) => status === 'accepted' && key.split(',').includes(user),
      );
      expect(friends.json).toHaveLength(expected.length);
    }
    const texts = real.sandbox.state.messages;
    for (const [roomId, { messages }] of model.rooms) {
      const there = texts.filter((message) => message.roomId === roomId);
      expect(there.map(({ id, content, username }) => [id, content, username])).toEqual(
        [...messages].map(([id, { content, author }]) => [id, content, author]),
      );
    }
    const all = JSON.stringify([
      real.sandbox.state.rooms.map(({ id }) => id),
      texts.map(({ id }) => id),
      texts.map(({ replyTo }) => replyTo?.id),
    ]);
    for (const id of model.gone) expect(all).not.toContain(id);
  });

const user = fc.constantFrom(...users);
const actor = fc.constantFrom<Actor>(...users, 'robot');
const index = fc.nat(400);
const content = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 40 }) },
  fc.constantFrom('@ada', '@beacon hello', '  ', '\ud800', '😀'.repeat(1000), 'x'.repeat(2000)),
);

export const commands: fc.Arbitrary<Command>[] = [
  fc.tuple(actor, index, content, fc.option(index)).map((args) => send(...args)),
  fc.tuple(actor, index, content, fc.option(index)).map((args) => send(...args)),
  fc
    .tuple(actor, fc.constantFrom('PATCH' as const, 'DELETE' as const), index, index)
    .map((args) => changeMessage(...args)),
  fc
    .tuple(actor, fc.constantFrom('PATCH' as const, 'DELETE' as const), index, index)
    .map((args) => changeMessage(...args)),
  fc.tuple(actor, index, fc.integer({ min: 1, max: 100 })).map((args) => walk(...args)),
  fc
    .tuple(
      user,
      fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name.trim() !== ''),
    )
    .map((args) => createRoom(...args)),
  fc.tuple(user, index).map((args) => deleteRoom(...args)),
  fc.tuple(user, fc.integer({ min: 1, max: 3 })).map((args) => invite(...args)),
  fc.tuple(user, index).map((args) => join(...args)),
  user.map(leave),
  fc.tuple(user, user).map((args) => kick(...args)),
  fc
    .tuple(user, user, fc.constantFrom('bans' as const, 'mutes' as const), fc.boolean())
    .map((args) => moderate(...args)),
  fc
    .tuple(user, user, fc.constantFrom('admin' as const, 'member' as const, 'moderator' as const))
    .map((args) => assign(...args)),
  fc.tuple(user, user).map((args) => befriend(...args)),
  fc
    .tuple(user, index, fc.constantFrom('accept' as const, 'decline' as const, 'remove' as const))
    .map((args) => answerFriend(...args)),
  fc.tuple(user, user, fc.constant('psst')).map((args) => whisper(...args)),
  fc.tuple(user, index).map((args) => snoop(...args)),
  fc.tuple(user, fc.constantFrom('going', 'maybe', 'not_going')).map((args) => rsvp(...args)),
  fc.integer({ min: 1, max: 20_000 }).map(pass),
  fc
    .tuple(fc.constantFrom<Actor>('ada', 'robot', 'robot'), fc.constantFrom(2, 2, 3, 4), fc.constantFrom(4, 11))
    .map((args) => burst(...args)),
  fc.constantFrom(1, 9_999, 10_000, 59_999, 60_000).map(pass),
  fc.tuple(user, fc.constant(1)).map((args) => invite(...args)),
  fc.tuple(fc.constantFrom('ben' as const, 'dan' as const), index).map((args) => join(...args)),
  fc.constantFrom('ben' as const, 'dan' as const).map(leave),
  fc.constant(look()),
];
