import type { Ban, Mute, ServerMember } from '../../models/members.js';
import type { DmMessage } from '../../models/dms.js';
import type { ServerEvent } from '../../models/events.js';
import type { EventGuest } from '../../models/event-guests.js';
import type { EventTemplate } from '../../models/event-templates.js';
import type { Friendship } from '../../models/friends.js';
import type { ImageMetadata } from '../../models/images.js';
import type { Invite } from '../../models/invites.js';
import type { RobotInfo } from '../../models/robots.js';
import type { Role } from '../../models/roles.js';
import type { Room } from '../../models/rooms.js';
import type { RoomMessage } from '../../models/room-messages.js';
import type { Server } from '../../models/servers.js';
import type { User } from '../../models/users.js';
import { isInForce } from '../world/access.js';
import type { RobotEvent, SandboxEventType, ServerRow, WebhookDelivery } from '../world/rows.js';
import { liveEvents } from '../world/server-events.js';
import { toIso } from '../world/time.js';
import type { World } from '../world/world.js';
import { imageView } from './images.js';
import { dmMessageView, roomMessageView } from './messages.js';
import { robotView } from './robots.js';
import { eventView, guestView, templateView } from './server-events.js';
import { banView, inviteView, memberViews, muteView, roleView, roomViews, serverView } from './servers.js';
import { friendshipView, selfView } from './users.js';

/** All that the sandbox holds, in the API's own shapes. Every read makes new lists, so changing one changes nothing. */
export interface SandboxState {
  readonly users: readonly User[];
  /** Requested deletions of accounts, and when they are carried out. */
  readonly accountDeletions: readonly { readonly userId: string; readonly deletesAt: string }[];
  /** Pending requests and blocks too. */
  readonly friendships: readonly Friendship[];
  readonly dms: readonly { readonly id: string; readonly userIds: readonly string[]; readonly createdAt: string }[];
  /** Oldest first in each conversation. */
  readonly dmMessages: readonly DmMessage[];
  readonly servers: readonly Server[];
  readonly members: readonly (ServerMember & { readonly serverId: string })[];
  readonly roles: readonly Role[];
  readonly bans: readonly Ban[];
  readonly mutes: readonly Mute[];
  readonly invites: readonly (Invite & { readonly serverId: string })[];
  readonly rooms: readonly Room[];
  /** Of rooms; oldest first in each. */
  readonly messages: readonly RoomMessage[];
  readonly events: readonly ServerEvent[];
  readonly guests: readonly (EventGuest & { readonly eventId: string })[];
  readonly eventTemplates: readonly Omit<EventTemplate, 'nextOccurrenceAt'>[];
  readonly images: readonly ImageMetadata[];
  readonly robots: readonly (RobotInfo & {
    readonly events: readonly SandboxEventType[];
    readonly delivery: 'poll' | 'sse' | 'webhook';
    /** Events that wait for a poll, or are kept for a stream that reconnects. */
    readonly kept: readonly RobotEvent[];
  })[];
  /** Attempts to deliver events to webhooks, oldest first. */
  readonly webhookDeliveries: readonly WebhookDelivery[];
}

export const createStateView = (world: World): SandboxState => {
  const perServer = <T>(read: (server: ServerRow) => readonly T[]): T[] => [...world.servers.values()].flatMap(read);
  const inForce = (rows: ServerRow['bans']) => [...rows.values()].filter((row) => isInForce(row, world.clock.now()));
  return {
    get users() {
      return [...world.users.values()].map(selfView);
    },
    get accountDeletions() {
      return [...world.users.values()].flatMap(({ id, deletesAt }) =>
        deletesAt === null ? [] : [{ userId: id, deletesAt: toIso(deletesAt) }],
      );
    },
    get friendships() {
      return [...world.friendships.values()].map(friendshipView);
    },
    get dms() {
      const dms = [...world.dms.values()];
      return dms.map(({ id, userIds, createdAt }) => ({ id, userIds: [...userIds], createdAt: toIso(createdAt) }));
    },
    get dmMessages() {
      return [...world.dms.values()].flatMap((dm) => dm.messages.map((message) => dmMessageView(world, dm, message)));
    },
    get servers() {
      return perServer((server) => [serverView(server)]);
    },
    get members() {
      return perServer((server) => memberViews(world, server).map((member) => ({ serverId: server.id, ...member })));
    },
    get roles() {
      return perServer((server) => [...server.roles.values()].map((role) => roleView(server, role)));
    },
    get bans() {
      return perServer((server) => inForce(server.bans).map((ban) => banView(world, server, ban)));
    },
    get mutes() {
      return perServer((server) => inForce(server.mutes).map((mute) => muteView(world, server, mute)));
    },
    get invites() {
      return [...world.invites.values()].map((invite) => ({ ...inviteView(invite), serverId: invite.serverId }));
    },
    get rooms() {
      return perServer((server) => roomViews(world, server));
    },
    get messages() {
      return perServer((server) =>
        [...server.rooms.values()].flatMap((room) =>
          room.messages.map((message) => roomMessageView(world, server, room, message)),
        ),
      );
    },
    get events() {
      return perServer((server) => liveEvents(world, server).map((event) => eventView(world, server, event, null)));
    },
    get guests() {
      return perServer((server) =>
        liveEvents(world, server).flatMap(({ id, guests }) =>
          [...guests.values()].map((guest) => ({ eventId: id, ...guestView(guest) })),
        ),
      );
    },
    get eventTemplates() {
      return perServer((server) => [...server.templates.values()].map((template) => templateView(server, template)));
    },
    get images() {
      return [...world.images.values()].map((image) => imageView(world, image));
    },
    get robots() {
      return [...world.robots.values()].map((robot) => ({
        ...robotView(robot),
        events: [...robot.events],
        delivery: robot.delivery.kind,
        kept: [...robot.outbox],
      }));
    },
    get webhookDeliveries() {
      return [...world.deliveries];
    },
  };
};
