import type { Friendship } from '../../models/friends.js';
import type { User } from '../../models/users.js';
import type { FriendshipRow, UserRow } from '../world/rows.js';
import { toIso } from '../world/time.js';
import type { World } from '../world/world.js';

export const userView = (user: UserRow): User => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  avatarUrl: user.avatarUrl,
  status: user.status,
  steamId: user.steamId,
  createdAt: toIso(user.createdAt),
});

/** A user, as they see themselves. */
export const selfView = (user: UserRow): User => ({
  ...userView(user),
  flags: { hasAccess: true, suspended: false, features: {} },
});

export const friendshipView = (row: FriendshipRow): Friendship => ({
  ...row,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
});

/** Id, names and presence of a user, who may have deleted their account. */
export const namesOf = (world: World, userId: string) => {
  const user = world.users.get(userId);
  return {
    id: userId,
    username: user?.username ?? 'deleted',
    displayName: user?.displayName ?? null,
    avatarUrl: user?.avatarUrl ?? null,
    status: user?.status ?? 'offline',
  };
};
