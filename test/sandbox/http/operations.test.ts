import { expect, test } from 'vitest';
import { OPERATION_ROUTES, operationsOf } from '../../../src/sandbox/http/operations.js';
import { OPERATIONS } from '../../operations.table.js';
import { startPlain } from '../support.js';

/** The routes of the contract: of users, and of robots where they have their own. */
const contract = Object.fromEntries(
  OPERATIONS.map(({ name, method, path, robot }) => {
    const routes = [`${method} ${path}`];
    if (robot === 'rewrite') routes.push(`${method} /robots/@me${path}`);
    if (robot.startsWith('/')) routes.push(`${method} ${robot}`);
    return [name, routes];
  }),
);

test('every operation has the routes of the contract', () => {
  expect(OPERATION_ROUTES).toEqual({
    ...contract,
    pollRobotEvents: ['GET /robots/@me/events/poll'],
    streamRobotEvents: ['GET /robots/@me/events/sse'],
  });
});

test('every route of an operation exists', async () => {
  const { ask } = await startPlain();
  for (const route of Object.values(OPERATION_ROUTES).flat()) {
    const [method = '', path = ''] = route.split(' ');
    const { text } = await ask(path, { method });
    expect(text).not.toMatch(/Route .* not found/);
  }
});

test('a request is of the operation whose words its path has', () => {
  expect(operationsOf('GET', '/users/me')).toEqual(['getIdentity', 'getMe']);
  expect(operationsOf('GET', '/users/search')).toEqual(['searchUsers']);
  expect(operationsOf('GET', '/users/u1')).toEqual(['getUser']);
  expect(operationsOf('GET', '/servers/invite/rooms')).toEqual(['previewInvite']);
  expect(operationsOf('POST', '/servers/join/invites')).toEqual(['joinServer']);
  expect(operationsOf('GET', '/servers/s1/rooms')).toEqual(['listRooms']);
  expect(operationsOf('GET', '/robots/@me/servers/s1/rooms')).toEqual(['listRooms']);
  for (const path of ['/', '', '/users/', '/users/me/', '/users/u1/x', '/constructor'])
    expect(operationsOf('GET', path)).toEqual([]);
  expect(operationsOf('LOCK', '/users/me')).toEqual([]);
});
