/**
 * The routes of every operation, by the name of its function: method and path. An operation that robots may call has a
 * second route for them.
 */
export const OPERATION_ROUTES = {
  getHealth: ['GET /health'],
  getVersion: ['GET /version'],
  getSystemStatus: ['GET /system-status'],
  getConfig: ['GET /config'],
  getIdentity: ['GET /users/me', 'GET /robots/@me/info'],
  getMe: ['GET /users/me'],
  updateMe: ['PATCH /users/me'],
  setupAccount: ['POST /users/me/setup'],
  uploadAvatar: ['POST /users/me/avatar'],
  registerPushToken: ['POST /users/me/push-token'],
  removePushToken: ['DELETE /users/me/push-token'],
  requestAccountDeletion: ['POST /users/me/request-deletion'],
  cancelAccountDeletion: ['POST /users/me/cancel-deletion'],
  lookupSteamProfile: ['GET /users/me/steam-lookup'],
  importSteamAvatar: ['POST /users/me/steam-avatar'],
  getSteamActivity: ['GET /users/me/steam-activity'],
  checkUsername: ['GET /users/check-username'],
  searchUsers: ['GET /users/search'],
  getUser: ['GET /users/:userId'],
  listFriends: ['GET /friends'],
  listFriendRequests: ['GET /friends/requests'],
  sendFriendRequest: ['POST /friends/request'],
  acceptFriendRequest: ['POST /friends/accept'],
  declineFriendRequest: ['POST /friends/decline'],
  removeFriend: ['DELETE /friends/:friendshipId'],
  blockUser: ['POST /friends/block'],
  listDms: ['GET /dms'],
  createDm: ['POST /dms'],
  getDm: ['GET /dms/:conversationId'],
  listDmMessages: ['GET /dms/:conversationId/messages'],
  sendDmMessage: ['POST /dms/:conversationId/messages'],
  editDmMessage: ['PATCH /dms/:conversationId/messages/:messageId'],
  deleteDmMessage: ['DELETE /dms/:conversationId/messages/:messageId'],
  listServers: ['GET /servers/me'],
  createServer: ['POST /servers'],
  getServer: ['GET /servers/:serverId'],
  updateServer: ['PATCH /servers/:serverId'],
  uploadServerIcon: ['POST /servers/:serverId/icon'],
  deleteServer: ['DELETE /servers/:serverId'],
  leaveServer: ['DELETE /servers/:serverId/leave'],
  listInvites: ['GET /servers/:serverId/invites'],
  createInvite: ['POST /servers/:serverId/invites'],
  revokeInvite: ['DELETE /servers/:serverId/invites/:inviteId'],
  previewInvite: ['GET /servers/invite/:code'],
  joinServer: ['POST /servers/join/:code'],
  inviteFriend: ['POST /servers/:serverId/invite-friend'],
  listMembers: ['GET /servers/:serverId/members', 'GET /robots/@me/servers/:serverId/members'],
  kickMember: ['DELETE /servers/:serverId/members/:userId'],
  listBans: ['GET /servers/:serverId/bans'],
  banMember: ['POST /servers/:serverId/bans/:userId'],
  unbanMember: ['DELETE /servers/:serverId/bans/:userId'],
  listMutes: ['GET /servers/:serverId/mutes'],
  muteMember: ['POST /servers/:serverId/mutes/:userId'],
  unmuteMember: ['DELETE /servers/:serverId/mutes/:userId'],
  listRoles: ['GET /servers/:serverId/roles'],
  createRole: ['POST /servers/:serverId/roles'],
  updateRole: ['PATCH /servers/:serverId/roles/:roleId'],
  deleteRole: ['DELETE /servers/:serverId/roles/:roleId'],
  assignRole: ['PUT /servers/:serverId/members/:userId/role'],
  listRooms: ['GET /servers/:serverId/rooms', 'GET /robots/@me/servers/:serverId/rooms'],
  createRoom: ['POST /servers/:serverId/rooms'],
  updateRoom: ['PATCH /servers/:serverId/rooms/:roomId'],
  deleteRoom: ['DELETE /servers/:serverId/rooms/:roomId'],
  listRoomMessages: [
    'GET /servers/:serverId/rooms/:roomId/messages',
    'GET /robots/@me/servers/:serverId/rooms/:roomId/messages',
  ],
  sendRoomMessage: [
    'POST /servers/:serverId/rooms/:roomId/messages',
    'POST /robots/@me/servers/:serverId/rooms/:roomId/messages',
  ],
  editRoomMessage: [
    'PATCH /servers/:serverId/rooms/:roomId/messages/:messageId',
    'PATCH /robots/@me/servers/:serverId/rooms/:roomId/messages/:messageId',
  ],
  deleteRoomMessage: [
    'DELETE /servers/:serverId/rooms/:roomId/messages/:messageId',
    'DELETE /robots/@me/servers/:serverId/rooms/:roomId/messages/:messageId',
  ],
  listEvents: ['GET /servers/:serverId/events'],
  createEvent: ['POST /servers/:serverId/events'],
  getEvent: ['GET /servers/:serverId/events/:eventId'],
  updateEvent: ['PATCH /servers/:serverId/events/:eventId'],
  cancelEvent: ['DELETE /servers/:serverId/events/:eventId'],
  rsvpEvent: ['POST /servers/:serverId/events/:eventId/rsvp'],
  toggleEventExternalAccess: ['POST /servers/:serverId/events/:eventId/external/toggle'],
  listEventGuests: ['GET /servers/:serverId/events/:eventId/guests'],
  admitEventGuest: ['POST /servers/:serverId/events/:eventId/guests/:guestId/admit'],
  rejectEventGuest: ['POST /servers/:serverId/events/:eventId/guests/:guestId/reject'],
  listEventTemplates: ['GET /servers/:serverId/event-templates'],
  createEventTemplate: ['POST /servers/:serverId/event-templates'],
  updateEventTemplate: ['PATCH /servers/:serverId/event-templates/:templateId'],
  deleteEventTemplate: ['DELETE /servers/:serverId/event-templates/:templateId'],
  uploadImage: ['POST /images'],
  getImage: ['GET /images/:imageId'],
  getImageStatus: ['GET /images/:imageId/status'],
  deleteImage: ['DELETE /images/:imageId'],
  pollRobotEvents: ['GET /robots/@me/events/poll'],
  streamRobotEvents: ['GET /robots/@me/events/sse'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Name of an operation, as the package exports it: `'sendRoomMessage'`. */
export type SandboxOperation = keyof typeof OPERATION_ROUTES;

export interface Route {
  readonly operation: SandboxOperation;
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
}

const isParameter = (segment: string): boolean => segment.startsWith(':');

/** Puts `/users/me` before `/users/:userId`. */
const compareRoutes = (a: Route, b: Route): number => {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index] ?? '';
    if (isParameter(segment) !== isParameter(other)) return isParameter(segment) ? 1 : -1;
  }
  return 0;
};

export const ROUTES: readonly Route[] = Object.entries(OPERATION_ROUTES)
  .flatMap(([operation, routes]) =>
    routes.map((route): Route => {
      const [method = '', path = ''] = route.split(' ');
      const name = operation as SandboxOperation; // `Object.entries` forgets the type of the names.
      return { operation: name, method, path, segments: path.split('/') };
    }),
  )
  .sort(compareRoutes);

const shapeOf = (method: string, segments: readonly string[]): string => `${method} ${segments.length}`;

/** By method and number of segments, which decide most. */
const ROUTES_BY_SHAPE = new Map<string, Route[]>();
for (const route of ROUTES) {
  const shape = shapeOf(route.method, route.segments);
  ROUTES_BY_SHAPE.set(shape, [...(ROUTES_BY_SHAPE.get(shape) ?? []), route]);
}

export const isOperation = (name: string): name is SandboxOperation => Object.hasOwn(OPERATION_ROUTES, name);

/** The operations that a request may be of: none, one, or two for `GET /users/me`. */
export const operationsOf = (method: string, path: string): SandboxOperation[] => {
  const segments = path.split('/');
  const sameShape = ROUTES_BY_SHAPE.get(shapeOf(method, segments)) ?? [];
  const matching = sameShape.filter((route) => fitsPattern(route.segments, segments));
  return matching.filter((route) => route.path === matching[0]?.path).map(({ operation }) => operation);
};

/** Whether a path has the form of a pattern, in which a segment that starts with `:` stands for any. */
export const fitsPattern = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((segment, index) => (isParameter(segment) ? segments[index] !== '' : segment === segments[index]));
