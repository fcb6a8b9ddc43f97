import { expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { listMembers } from '../../src/operations/members.js';
import { listRooms } from '../../src/operations/rooms.js';
import { getConfig } from '../../src/operations/system.js';
import { getMe } from '../../src/operations/users.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { errorOf, valueOf } from '../support/results.js';
import { USER_TOKEN } from '../support/samples.js';

/** A context whose server responds with this text. */
const answering = (body: string) =>
  createContext(USER_TOKEN, { transport: fetchTransport({ fetch: async () => new Response(body) }) });

const user = { id: 'u1', username: 'ada', displayName: null, avatarUrl: null, status: 'online', createdAt: 'now' };

test('a good response is returned as it was parsed, with unknown fields and names that every object has', async () => {
  const body = JSON.stringify(user).replace('{', '{"later":[1,{"a":null}],"__proto__":{"polluted":1},"toString":5,');
  const me = await valueOf(getMe(answering(body)));
  expect(JSON.stringify(me)).toBe(body);
  expect(Object.getPrototypeOf(me)).toBe(Object.prototype);
  expect('polluted' in {}).toBe(false);
});

test('null for what is absent breaks no response', async () => {
  const flags = { hasAccess: null, suspended: null, suspendedAt: null, suspendedReason: null, features: null };
  for (const fields of [{ flags: null }, { flags }, { steamId: null }])
    expect(await valueOf(getMe(answering(JSON.stringify({ ...user, ...fields }))))).toEqual({ ...user, ...fields });
});

test('2.4 million wrong items are refused in no time, and so are too many good ones', async () => {
  const zeros = `[${'0,'.repeat(2_399_999)}0]`;
  const room = {
    id: '',
    serverId: '',
    name: null,
    createdBy: '',
    maxParticipants: null,
    participants: [],
    createdAt: '',
  };
  const rooms = JSON.stringify(Array(10_001).fill(room));
  const startedAt = performance.now();
  const issues = [{ path: '', message: 'expected at most 10000 items' }];
  expect(await errorOf(listMembers(answering(zeros), 's1'))).toMatchObject({
    kind: 'invalid_response',
    issues: [{ path: '', message: 'more than 100000 values; raise maxItems to allow more' }],
  });
  expect(await errorOf(listRooms(answering(rooms), 's1'))).toMatchObject({ kind: 'invalid_response', issues });
  // valibot alone takes 7 s and a gigabyte for the first.
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test('names that are data are redacted and cut in the paths of issues, in this order', async () => {
  const name = `${'x'.repeat(480)}${USER_TOKEN}${'y'.repeat(100_000)}`;
  const error = await errorOf(getConfig(answering(JSON.stringify({ features: { [name]: { enabled: 'yes' } } }))));
  expect(error).toMatchObject({ kind: 'invalid_response', issues: [{ message: 'expected boolean, received string' }] });
  const text = JSON.stringify(error);
  expect(text.length).toBeLessThan(2500);
  expect(text).toContain('features.xxx');
  expect(text).not.toContain(USER_TOKEN.slice(0, 6));
});
