export const USER_TOKEN = 'lag_pat_0123456789abcdef';
export const ROBOT_TOKEN = 'lag_robot_ab12_0123456789abcdef';

/** A room message as the API answers it. */
export const sampleMessage = (id = 'm1') => ({
  id,
  roomId: 'r1',
  userId: 'u1',
  username: 'ada',
  displayName: 'Ada',
  avatarUrl: null,
  content: `text of ${id}`,
  createdAt: '2026-01-02T03:04:05.000Z',
});

/** A page of room messages as the API answers it. */
export const samplePage = (
  ids: readonly string[],
  nextCursor: string | null = null,
  hasMore = nextCursor !== null,
) => ({
  messages: ids.map(sampleMessage),
  hasMore,
  nextCursor,
});
