import type { EventGuest } from '../../models/event-guests.js';
import type { EventTemplate } from '../../models/event-templates.js';
import type { RsvpCounts, ServerEvent } from '../../models/events.js';
import type { EventRow, GuestRow, ServerRow, TemplateRow, UserRow } from '../world/rows.js';
import { eventStatus } from '../world/server-events.js';
import { toIso, toIsoOrNull } from '../world/time.js';
import type { World } from '../world/world.js';
import { namesOf } from './users.js';

export const eventView = (world: World, server: ServerRow, event: EventRow, me: UserRow | null): ServerEvent => {
  const creator = namesOf(world, event.createdBy);
  return {
    id: event.id,
    serverId: server.id,
    title: event.title,
    description: event.description,
    coverImageUrl: event.coverImageUrl,
    startsAt: toIso(event.startsAt),
    endsAt: toIsoOrNull(event.endsAt),
    status: eventStatus(world, event),
    voiceRoomId: event.voiceRoomId !== null && server.rooms.has(event.voiceRoomId) ? event.voiceRoomId : null,
    createdBy: event.createdBy,
    creatorUsername: creator.username,
    creatorDisplayName: creator.displayName,
    shareCode: event.shareCode,
    externalAccessEnabled: event.externalAccessEnabled,
    externalAutoAdmit: event.externalAutoAdmit,
    rsvpCounts: rsvpCounts(event),
    myRsvp: (me && event.rsvps.get(me.id)) ?? null,
    templateId: event.templateId,
    createdAt: toIso(event.createdAt),
  };
};

export const guestView = (guest: GuestRow): EventGuest => ({ ...guest, createdAt: toIso(guest.createdAt) });

/** A template without its `nextOccurrenceAt`, which is found asynchronously. */
export const templateView = (server: ServerRow, template: TemplateRow): Omit<EventTemplate, 'nextOccurrenceAt'> => ({
  id: template.id,
  serverId: server.id,
  title: template.title,
  description: template.description,
  coverImageUrl: template.coverImageUrl,
  durationMinutes: template.durationMinutes,
  rrule: template.rrule,
  timezone: template.timezone,
  startTime: template.startTime,
  externalAccessEnabled: template.externalAccessEnabled,
  externalAutoAdmit: template.externalAutoAdmit,
  createdBy: template.createdBy,
  createdAt: toIso(template.createdAt),
});

export const rsvpCounts = ({ rsvps }: EventRow): RsvpCounts => {
  const count = (status: string) => [...rsvps.values()].filter((rsvp) => rsvp === status).length;
  return { going: count('going'), maybe: count('maybe'), notGoing: count('not_going') };
};
