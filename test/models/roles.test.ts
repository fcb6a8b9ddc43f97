import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasPermission, Permission } from '../../src/index.js';

const ALL = Object.values(Permission);

describe('hasPermission', () => {
  test('tells for every set of permissions which ones are in it', () => {
    fc.assert(
      fc.property(fc.subarray(ALL), (given) => {
        const permissions = given.reduce((sum, bit) => sum + bit, 0);
        expect(ALL.filter((permission) => hasPermission(permissions, permission))).toEqual(given);
      }),
    );
  });

  test('does not let MANAGE_SERVER imply other permissions', () => {
    expect(hasPermission(Permission.MANAGE_SERVER, Permission.MANAGE_SERVER)).toBe(true);
    expect(hasPermission(Permission.MANAGE_SERVER, Permission.MANAGE_ROLES)).toBe(false);
  });

  test('ignores bits that Lag adds later, above 32 included', () => {
    const permissions = 2 ** 40 + 2 ** 31 + Permission.BAN_MEMBERS;
    expect(ALL.filter((permission) => hasPermission(permissions, permission))).toEqual([Permission.BAN_MEMBERS]);
  });

  test.each([NaN, -1.5, Infinity])('finds none in %s', (permissions) => {
    expect(ALL.some((permission) => hasPermission(permissions, permission))).toBe(false);
  });

  test.each<unknown>([undefined, null, '64', 64n, Symbol('s'), Object.create(null), { valueOf: () => 64 }])(
    'is false for %o, and never throws',
    (value) => {
      expect(hasPermission(value as number, Permission.BAN_MEMBERS)).toBe(false);
      expect(hasPermission(64, value as typeof Permission.BAN_MEMBERS)).toBe(false);
    },
  );
});
