import type { GenericSchema } from 'valibot';
import { matches } from '../models/matches.js';
import { RobotEventSchema, type RobotEvent, type UnknownEventSchema } from '../models/robot-events.js';
import { fieldsOf } from '../fields-of.js';

/**
 * An event from what a poll, a stream or a webhook delivers. Nothing is dropped: what is not an event of a known type
 * becomes one of type `unknown`, with its data as it came.
 */
export const toRobotEvent = (delivered: unknown, deliveryId?: unknown, deliveryType?: string): RobotEvent => {
  // Polls wrap the payload, the others deliver it as it is.
  const payload = ownField(delivered, 'payload') ?? delivered;
  const eventType = textOf(ownField(payload, 'type') ?? ownField(delivered, 'eventType') ?? deliveryType);
  const serverId = ownField(payload, 'serverId');
  const timestamp = ownField(payload, 'timestamp') ?? ownField(delivered, 'createdAt');
  const given = ownField(payload, 'data');
  const data = given === undefined ? delivered : given;
  const origin = {
    id: textOf(deliveryId ?? ownField(delivered, 'id')),
    ...(typeof serverId === 'string' && { serverId }),
    ...(typeof timestamp === 'string' && { timestamp }),
  };
  const schema = schemaOf(eventType);
  if (schema) {
    const event = { ...origin, type: eventType, data: withoutInvalid(data, schema.entries.data.entries) };
    if (matches<RobotEvent>(schema, event)) return event;
  }
  return { ...origin, type: 'unknown', eventType, data } as RobotEvent; // because only the type of `serverId` has a brand
};

type KnownEventSchema = Exclude<(typeof RobotEventSchema.options)[number], typeof UnknownEventSchema>;

const isOfKnownType = (schema: (typeof RobotEventSchema.options)[number]): schema is KnownEventSchema =>
  schema.entries.type.literal !== 'unknown';

/** The schema of a type of events that this version knows. */
const schemaOf = (type: string): KnownEventSchema | undefined =>
  RobotEventSchema.options.filter(isOfKnownType).find((schema) => schema.entries.type.literal === type);

/** Leaves out the fields that a schema names and whose values are not what it says: an optional one is then absent. */
const withoutInvalid = (data: unknown, entries: Readonly<Record<string, GenericSchema>>): unknown => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const isValid = ([name, field]: [string, unknown]) => {
    const schema = Object.hasOwn(entries, name) ? entries[name] : undefined;
    return schema === undefined || matches(schema, field);
  };
  return Object.fromEntries(Object.entries(data).filter(isValid));
};

/** A field of an object of which nothing is known. Not an inherited one, which somebody may have put there. */
const ownField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? fieldsOf(value)[name] : undefined;

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
