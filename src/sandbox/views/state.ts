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
import { liveEvents } from '../world/occurrences.js';
import {
  banView,
  dmMessageView,
  eventView,
  friendshipView,
  guestView,
  imageView,
  inviteView,
  iso,
  memberViews,
  muteView,
  robotView,
  roleView,
  roomMessageView,
  roomViews,
  selfView,
  serverView,
  templateView,
} from './views.js';
import type { RobotEvent, SandboxEventType, ServerRow, WebhookDelivery, World } from '../world/world.js';

/** What the sandbox holds. Each list is made anew when it is read: changing one changes nothing. */
export interface SandboxState {
  readonly users: readonly (User & { readonly deletionScheduledAt: string | null })[];
  /** Requests and blocks too. */
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
    /** Events that wait for a poll, or are kept for a stream that comes back. */
    readonly kept: readonly RobotEvent[];
  })[];
  /** Attempts to bring events to webhooks, oldest first. */
  readonly webhookDeliveries: readonly WebhookDelivery[];
}

export const createStateView = (world: World): SandboxState => {
  const perServer = <T>(read: (server: ServerRow) => readonly T[]): T[] => [...world.servers.values()].flatMap(read);
  return {
    get users() {
      return [...world.users.values()].map(selfView);
    },
    get friendships() {
      return [...world.friendships.values()].map(friendshipView);
    },
    get dms() {
      const dms = [...world.dms.values()];
      return dms.map(({ id, userIds, createdAt }) => ({ id, userIds: [...userIds], createdAt: iso(createdAt) }));
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
      return perServer((server) => [...server.bans.values()].map((ban) => banView(world, server, ban)));
    },
    get mutes() {
      return perServer((server) => [...server.mutes.values()].map((mute) => muteView(world, server, mute)));
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
