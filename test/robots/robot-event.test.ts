import fc from 'fast-check';
import * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import { RobotEventSchema } from '../../src/models/robot-events.js';
import type { MemberJoinEvent, RobotEvent, RoomMessageEvent, UnknownEvent } from '../../src/robots/index.js';
import { toRobotEvent } from '../../src/robots/robot-event.js';
import { sized } from '../support/runs.js';

const message = { roomId: 'r1', content: 'hi', senderName: 'Ada' };

test('makes the same event of what poll, stream and webhook deliver', () => {
  const payload = { type: 'room.message', serverId: 's1', timestamp: '2026-01-02T03:04:05.000Z', data: message };
  const event = { id: 'e1', ...payload };
  expect(toRobotEvent({ id: 'e1', eventType: 'room.message', payload, createdAt: 'later' })).toEqual(event);
  expect(toRobotEvent(payload, 'e1', 'room.message')).toEqual(event);
  expect(toRobotEvent(payload, 'e1')).toEqual(event);
});

test('takes from around the payload what the payload leaves out', () => {
  const delivery = { id: 7, eventType: 'room.message', payload: { data: message }, createdAt: '2026-01-02' };
  expect(toRobotEvent(delivery)).toEqual({ id: '7', type: 'room.message', timestamp: '2026-01-02', data: message });
  expect(toRobotEvent({ data: message }, undefined, 'room.message')).toMatchObject({ id: '', type: 'room.message' });
});

test.each([
  'room.message.edited',
  'room.message.deleted',
  'voice.join',
  'voice.leave',
  'member.leave',
  'member.role_changed',
  'room.created',
  'room.deleted',
  'presence.update',
  'server.updated',
])('makes an event of type %s although it has no fields', (type) => {
  expect(toRobotEvent({ type, data: {} })).toEqual({ id: '', type, data: {} });
  expect(toRobotEvent({ type })).toMatchObject({ id: '', type });
});

test.each(['roomId', 'content', 'senderName'])(
  'makes an unknown event of a room.message without %s, and keeps its data',
  (field) => {
    for (const value of [undefined, null, 7, {}]) {
      const data = { ...message, [field]: value };
      expect(toRobotEvent({ type: 'room.message', data })).toEqual({
        id: '',
        type: 'unknown',
        eventType: 'room.message',
        data,
      });
    }
  },
);

test('makes an unknown event of a member.join without username', () => {
  expect(toRobotEvent({ type: 'member.join', data: { username: 'ada' } })).toMatchObject({ type: 'member.join' });
  expect(toRobotEvent({ type: 'member.join', data: {} })).toMatchObject({ type: 'unknown', eventType: 'member.join' });
});

test('keeps fields that the type does not name, and leaves out optional ones that are invalid', () => {
  const data = { ...message, messageId: null, senderId: 7, extra: { deep: [1] }, count: 3, name: 5 };
  const { senderId: _, ...valid } = data;
  expect(toRobotEvent({ type: 'room.message', data }).data).toEqual(valid);
});

test.each([
  ['room.message.edited', ['roomId', 'messageId', 'content', 'editedBy']],
  ['room.message.deleted', ['roomId', 'messageId', 'deletedBy']],
  ['voice.join', ['roomId', 'userId', 'username']],
  ['voice.leave', ['roomId', 'userId', 'username']],
  ['member.leave', ['userId', 'username']],
  ['member.role_changed', ['userId', 'oldRole', 'newRole']],
  ['room.created', ['roomId', 'name', 'createdBy']],
  ['room.deleted', ['roomId', 'name']],
  ['presence.update', ['userId', 'status']],
  ['server.updated', ['updatedBy']],
])('leaves out the fields of %s that are not texts: %j', (type, names) => {
  const data = Object.fromEntries([...names, 'other'].map((name, index) => [name, index]));
  expect(toRobotEvent({ type, data }).data).toEqual({ other: names.length });
});

test.each([
  'reaction.added',
  'room.message.',
  'roomXmessage',
  'ROOM.MESSAGE',
  'unknown',
  '',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
])('makes an unknown event of the type %j', (type) => {
  expect(toRobotEvent({ type, data: message })).toEqual({ id: '', type: 'unknown', eventType: type, data: message });
});

test('takes anything but texts and numbers for no id and no type', () => {
  for (const junk of [{ a: 1 }, [], null, undefined])
    expect(toRobotEvent({ id: junk, payload: { type: junk, data: 5 } })).toEqual({
      id: '',
      type: 'unknown',
      eventType: '',
      data: 5,
    });
  expect(toRobotEvent({}, { a: 1 })).toMatchObject({ id: '' });
});

test('makes an unknown event of what is no event at all, and keeps it', () => {
  for (const junk of [null, undefined, 5, 'text', [], [1], true, {}])
    expect(toRobotEvent(junk)).toEqual({ id: '', type: 'unknown', eventType: '', data: junk });
});

test('makes a valid event of any JSON, and drops nothing of an unknown one', () => {
  const types = fc.constantFrom('room.message', 'member.join', 'voice.leave', 'server.updated', '__proto__', 'x');
  const fields = fc.dictionary(
    fc.constantFrom('roomId', 'content', 'senderName', 'username', 'userId', 'status', '__proto__', 'toString', 'x'),
    fc.jsonValue(),
  );
  const delivery = fc.record(
    {
      id: fc.jsonValue(),
      type: fc.oneof(types, fc.jsonValue()),
      eventType: fc.oneof(types, fc.jsonValue()),
      serverId: fc.jsonValue(),
      timestamp: fc.jsonValue(),
      createdAt: fc.jsonValue(),
      data: fc.oneof(fields, fc.jsonValue()),
      payload: fc.oneof(fc.record({ type: types, data: fields }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(delivery, fc.jsonValue()), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      const event = toRobotEvent(parsed);
      // Valibot's own judgement, not that of the fast path.
      expect(v.safeParse(RobotEventSchema, event).issues).toBeUndefined();
      if (event.type === 'unknown')
        expect([parsed, Object(parsed).data, Object(parsed).payload?.data]).toContain(event.data);
      expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    }),
    { numRuns: sized(700, 20_000) },
  );
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('narrows the data of an event by its type', () => {
  const narrow = (event: RobotEvent): string => {
    switch (event.type) {
      case 'room.message':
        expectTypeOf(event).toEqualTypeOf<RoomMessageEvent>();
        expectTypeOf(event.data.content).toEqualTypeOf<string>();
        expectTypeOf(event.data.senderId).toEqualTypeOf<string | null | undefined>();
        expectTypeOf(event.data['anything']).toEqualTypeOf<unknown>();
        return event.data.content;
      case 'member.join':
        expectTypeOf(event).toEqualTypeOf<MemberJoinEvent>();
        return event.data.username;
      case 'unknown':
        expectTypeOf(event).toEqualTypeOf<UnknownEvent>();
        expectTypeOf(event.data).toEqualTypeOf<unknown>();
        return event.eventType;
      default:
        return event.type;
    }
  };
  expect(narrow({ id: '', type: 'unknown', eventType: 'x', data: 1 })).toBe('x');
});
