import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import type { MemberJoinEvent, RobotEvent, RoomMessageEvent, UnknownEvent } from '../../src/robots/index.js';
import { toRobotEvent } from '../../src/robots/robot-event.js';
import { sized } from '../support/runs.js';

const message = { roomId: 'r1', content: 'hi', senderName: 'Ada' };

test('the shapes of poll, stream and webhook come to the same event', () => {
  const payload = { type: 'room.message', serverId: 's1', timestamp: '2026-01-02T03:04:05.000Z', data: message };
  const event = { id: 'e1', ...payload };
  expect(toRobotEvent({ id: 'e1', eventType: 'room.message', payload, createdAt: 'later' })).toEqual(event);
  expect(toRobotEvent(payload, 'e1', 'room.message')).toEqual(event);
  expect(toRobotEvent(payload, 'e1')).toEqual(event);
});

test('what the payload leaves out is taken from around it', () => {
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
])('%s needs none of its fields', (type) => {
  expect(toRobotEvent({ type, data: {} })).toEqual({ id: '', type, data: {} });
  expect(toRobotEvent({ type })).toMatchObject({ id: '', type });
});

test.each(['roomId', 'content', 'senderName'])('room.message without %s is unknown, and keeps its data', (field) => {
  for (const value of [undefined, null, 7, {}]) {
    const data = { ...message, [field]: value };
    expect(toRobotEvent({ type: 'room.message', data })).toEqual({
      id: '',
      type: 'unknown',
      eventType: 'room.message',
      data,
    });
  }
});

test('member.join without username is unknown', () => {
  expect(toRobotEvent({ type: 'member.join', data: { username: 'ada' } })).toMatchObject({ type: 'member.join' });
  expect(toRobotEvent({ type: 'member.join', data: {} })).toMatchObject({ type: 'unknown', eventType: 'member.join' });
});

test('fields that are not known are kept, known ones of another type are left out', () => {
  const data = { ...message, messageId: null, senderId: 7, extra: { deep: [1] }, count: 3 };
  expect(toRobotEvent({ type: 'room.message', data }).data).toEqual({ ...message, extra: { deep: [1] }, count: 3 });
});

test('only what bears exactly a known name has to be a text', () => {
  const known =
    'roomId messageId senderId userId serverId name username senderName content editedBy deletedBy createdBy updatedBy joinedAt timestamp oldRole newRole status';
  const names = known.split(' ');
  const numbersOf = (list: readonly string[]) => Object.fromEntries(list.map((name, index) => [name, index]));
  expect(toRobotEvent({ type: 'room.deleted', data: numbersOf(names) }).data).toEqual({});
  const others = numbersOf([
    ...names.flatMap((name) => [`x${name}`, `${name}s`]),
    'Id',
    'By',
    'Role',
    'eventId',
    'rolledBy',
  ]);
  expect(toRobotEvent({ type: 'room.deleted', data: others }).data).toEqual(others);
});

test.each([
  'reaction.added',
  'room.message.',
  'roomXmessage',
  'ROOM.MESSAGE',
  '',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
])('the type %j is unknown', (type) => {
  expect(toRobotEvent({ type, data: message })).toEqual({ id: '', type: 'unknown', eventType: type, data: message });
});

test('what is no text, where an id or a type should be, is none', () => {
  for (const junk of [{ a: 1 }, [], null, undefined])
    expect(toRobotEvent({ id: junk, payload: { type: junk, data: 5 } })).toEqual({
      id: '',
      type: 'unknown',
      eventType: '',
      data: 5,
    });
  expect(toRobotEvent({}, { a: 1 })).toMatchObject({ id: '' });
});

test('what is no event at all is unknown and kept', () => {
  for (const junk of [null, undefined, 5, 'text', [], [1], true, {}])
    expect(toRobotEvent(junk)).toEqual({ id: '', type: 'unknown', eventType: '', data: junk });
});

test('whatever JSON comes, it gives an event of which the types are true, and drops nothing of an unknown one', () => {
  const strings =
    /^(roomId|messageId|senderId|senderName|content|editedBy|deletedBy|userId|username|joinedAt|oldRole|newRole|name|createdBy|status|updatedBy)$/;
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
      expect(typeof event.id).toBe('string');
      for (const optional of [event.serverId, event.timestamp])
        if (optional !== undefined) expect(typeof optional).toBe('string');
      if (event.type === 'unknown') {
        expect(typeof event.eventType).toBe('string');
      } else {
        for (const [name, field] of Object.entries(event.data))
          if (strings.test(name)) expect(typeof field).toBe('string');
        if (event.type === 'room.message') expect(event.data).toMatchObject({ content: expect.any(String) });
        if (event.type === 'member.join') expect(event.data).toMatchObject({ username: expect.any(String) });
      }
      expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    }),
    { numRuns: sized(700, 20_000) },
  );
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('the type narrows the data', () => {
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
