import { expect, test } from 'vitest';
import { createContext } from '../../src/context.js';
import { getIdentity } from '../../src/operations/identity.js';

const identify = (user: object) => {
  const ann = { id: 'u1', username: 'ann', displayName: 'Ann', avatarUrl: null, status: 'idle', createdAt: 'T1' };
  return getIdentity(createContext('lag_pat_a', { fetch: async () => Response.json({ ...ann, ...user }) }));
};

test.each([null, ''])('a user without display name (%o) goes by the username', async (displayName) => {
  expect((await identify({ displayName }))._unsafeUnwrap()).toMatchObject({ kind: 'user', displayName: 'ann' });
  expect((await identify({}))._unsafeUnwrap()).toMatchObject({ kind: 'user', displayName: 'Ann' });
});

test('a context that is none is an Err', async () => {
  for (const ctx of [null, undefined, {}, 'lag_pat_a'])
    expect((await getIdentity(ctx as never))._unsafeUnwrapErr().kind).toBe('invalid_input');
});
