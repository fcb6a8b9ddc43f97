import {
  dmMessageView,
  eventView,
  friendshipView,
  guestView,
  imageView,
  inviteView,
  isoOrNull,
  memberViews,
  moderationView,
  robotView,
  roleView,
  roomMessageView,
  roomView,
  serverView,
  templateView,
  iso,
  userView,
} from './views.js';
import { liveEvents } from './occurrences.js';
import type { RobotEvent, RobotEventType, ServerRow, WebhookDelivery, World } from './world.js';

/** Lists made anew each time they are read. Changing them changes nothing. */
export type SandboxState = ReturnType<typeof createStateView>;

export const createStateView = (world: World) => {
  const each = <T>(read: (server: ServerRow) => Iterable<T>): T[] =>
    [...world.servers.values()].flatMap((server) => [...read(server)]);
  return {
    get users() {
      return [...world.users.values()].map((user) => ({
        ...userView(user),
        deletionScheduledAt: isoOrNull(user.deletesAt),
      }));
    },
    get friendships() {
      return [...world.friendships.values()].map(friendshipView);
    },
    get dms() {
      return [...world.dms.values()].map(({ id, userIds, createdAt }) => ({
        id,
        userIds: [...userIds],
        createdAt: iso(createdAt),
      }));
    },
    /** Oldest first in each conversation. */
    get dmMessages() {
      return [...world.dms.values()].flatMap((dm) => dm.messages.map((message) => dmMessageView(world, dm, message)));
    },
    get servers() {
      return [...world.servers.values()].map(serverView);
    },
    get members() {
      return each((server) => memberViews(world, server).map((member) => ({ serverId: server.id, ...member })));
    },
    get roles() {
      return each((server) => [...server.roles.values()].map((role) => roleView(server, role)));
    },
    get bans() {
      return each((server) => [...server.bans.values()].map((ban) => moderationView(world, server, 'bannedBy', ban)));
    },
    get mutes() {
      return each((server) => [...server.mutes.values()].map((mute) => moderationView(world, server, 'mutedBy', mute)));
    },
    get invites() {
      return [...world.invites.values()].map((invite) => ({ ...inviteView(invite), serverId: invite.serverId }));
    },
    get rooms() {
      return each((server) => [...server.rooms.values()].map((room) => roomView(world, server, room)));
    },
    /** Oldest first in each room. */
    get messages() {
      return each((server) =>
        [...server.rooms.values()].flatMap((room) =>
          room.messages.map((message) => roomMessageView(world, server, room, message)),
        ),
      );
    },
    get events() {
      return each((server) => liveEvents(world, server).map((event) => eventView(world, server, event, null)));
    },
    get guests() {
      return each((server) =>
        [...server.events.values()].flatMap((event) =>
          [...event.guests.values()].map((guest) => ({ eventId: event.id, ...guestView(guest) })),
        ),
      );
    },
    get eventTemplates() {
      return each((server) => [...server.templates.values()].map((template) => templateView(server, template)));
    },
    get images() {
      return [...world.images.values()].map((image) => imageView(world, image));
    },
    get robots(): (ReturnType<typeof robotView> & {
      events: readonly RobotEventType[];
      delivery: string;
      waiting: readonly RobotEvent[];
    })[] {
      return [...world.robots.values()].map((robot) => ({
        ...robotView(robot),
        events: [...robot.events],
        delivery: robot.delivery.kind,
        waiting: [...robot.outbox],
      }));
    },
    /** The attempts to bring events to webhooks, oldest first. */
    get webhookDeliveries(): readonly WebhookDelivery[] {
      return [...world.deliveries];
    },
  };
};
