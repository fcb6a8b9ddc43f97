import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { IMAGE_MAX_BYTES, type MessageImage, type Room, type RoomId } from '../../src/index.js';
import * as schemas from '../../src/schemas.js';

const {
  Base64ImageBodySchema,
  CreateEventBodySchema,
  CreateEventTemplateBodySchema,
  CreateInviteBodySchema,
  CreateRoleBodySchema,
  CreateRoomBodySchema,
  CursorQuerySchema,
  EditMessageBodySchema,
  MessageContentSchema,
  ModerationBodySchema,
  MultipartImageBodySchema,
  PushTokenBodySchema,
  RobotEventSchema,
  RobotNameSchema,
  RoomMessageEventSchema,
  RoomSchema,
  SendDmMessageBodySchema,
  SendRoomMessageBodySchema,
  UpdateEventBodySchema,
  UpdateUserBodySchema,
  UserSchema,
} = schemas;

const room: Room = {
  id: 'r1',
  serverId: 's1',
  name: 'Lounge',
  createdBy: 'u1',
  maxParticipants: null,
  participants: [],
  createdAt: '2026-01-02T03:04:05.000Z',
};

const every = Object.entries(schemas) as [string, v.GenericSchema][];

/** Whether a schema accepts each of some values. */
const verdicts = (schema: v.GenericSchema, ...values: unknown[]): boolean[] =>
  values.map((value) => v.is(schema, value));

describe('composition with schemas of the user', () => {
  test('a schema is a field of another one', () => {
    const schema = v.object({ room: RoomSchema });
    const parsed = v.safeParse(schema, { room });
    expect(parsed).toMatchObject({ success: true, output: { room } });
    if (parsed.success) expectTypeOf(parsed.output.room).toExtend<Room>();
    const failed = v.safeParse(schema, { room: { ...room, name: 5 } });
    expect(failed.issues?.map((issue) => v.getDotPath(issue))).toEqual(['room.name']);
  });

  test('v.pick, v.omit and v.partial keep precise types', () => {
    const picked = v.parse(v.pick(RoomSchema, ['id', 'maxParticipants']), room);
    expect(picked).toEqual(room);
    expectTypeOf(picked.id).toEqualTypeOf<RoomId>();
    expectTypeOf(picked.maxParticipants).toEqualTypeOf<number | null>();
    expect(v.is(v.omit(RoomSchema, ['participants']), { ...room, participants: 5 })).toBe(true);
    const partial = v.partial(RoomSchema);
    expect(verdicts(partial, {}, { id: 'r2' }, { id: 2 })).toEqual([true, true, false]);
    expectTypeOf<v.InferOutput<typeof partial>['name']>().toEqualTypeOf<string | null | undefined>();
  });

  test('the entries of a schema go into another one', () => {
    const Form = v.object({ ...CreateRoomBodySchema.entries, topic: v.string() });
    expect(verdicts(Form, { name: 'Lounge', topic: 'x' }, { name: '', topic: 'x' }, { name: 'Lounge' })).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('every schema is a Standard Schema', async () => {
    for (const [name, schema] of every) {
      expect(schema['~standard'], name).toMatchObject({ version: 1, vendor: 'valibot' });
      const { issues } = await schema['~standard'].validate(Symbol(name));
      expect(issues, name).toHaveLength(1);
    }
    expect(await RoomSchema['~standard'].validate(room)).toEqual({ typed: true, value: room });
    expect(await RoomSchema['~standard'].validate({ ...room, id: 1 })).toMatchObject({
      issues: [{ path: [{ key: 'id' }] }],
    });
  });
});

describe('responses', () => {
  test('keep unknown fields, however deep', () => {
    const later = { ...room, topic: 'new', participants: [] };
    expect(v.parse(RoomSchema, later)).toEqual(later);
    const event = { id: '', type: 'room.message', data: { roomId: 'r', content: '', senderName: '', more: [1] } };
    expect(v.parse(RoomMessageEventSchema, event)).toEqual(event);
  });

  test('accept enum values that the server adds later', () => {
    const user = { id: 'u', username: 'a', displayName: null, avatarUrl: null, status: 'on-the-moon', createdAt: '' };
    expect(v.is(UserSchema, user)).toBe(true);
    expect(v.is(UserSchema, { ...user, status: null })).toBe(false);
  });

  test('accept null for whatever may be absent', () => {
    let optional = 0;
    for (const [name, schema] of every) {
      if (schema.type !== 'loose_object' || name.endsWith('EventSchema')) continue;
      const { entries } = schema as v.LooseObjectSchema<Record<string, v.GenericSchema>, undefined>;
      for (const [key, entry] of Object.entries(entries)) {
        if (!v.is(entry, undefined)) continue;
        optional++;
        expect(v.is(entry, null), `${name}.${key}`).toBe(true);
      }
    }
    expect(optional).toBeGreaterThan(40);
  });

  test('have no default and change nothing, so that a response can be returned as it is', () => {
    const changes = (schema: v.GenericSchema): boolean => {
      const parts = schema as unknown as {
        readonly entries?: Record<string, v.GenericSchema>;
        readonly item?: v.GenericSchema;
        readonly value?: v.GenericSchema;
        readonly wrapped?: v.GenericSchema;
        readonly pipe?: readonly { readonly kind: string }[];
        readonly default?: unknown;
      };
      const inner = [...Object.values(parts.entries ?? {}), parts.item, parts.value, parts.wrapped];
      return (
        'fallback' in schema ||
        parts.default !== undefined ||
        Boolean(parts.pipe?.some(({ kind }) => kind === 'transformation')) ||
        inner.some((one) => one && changes(one))
      );
    };
    expect(every.filter(([, schema]) => changes(schema))).toEqual([]);
  });

  test('agree with the types that the main entry exports', () => {
    const image = v.parse(v.nullable(schemas.MessageImageSchema), null);
    expectTypeOf(image).toExtend<MessageImage | null>();
  });
});

describe('limits of request bodies', () => {
  const text = (length: number): string => 'x'.repeat(length);

  test.each([
    ['a message to a room', SendRoomMessageBodySchema],
    ['a direct message', SendDmMessageBodySchema],
    ['an edit', EditMessageBodySchema],
  ])('%s has 1 to 2000 characters', (_, schema) => {
    const of = (length: number) => ({ content: text(length) });
    expect(verdicts(schema, of(0), of(1), of(2000), of(2001))).toEqual([false, true, true, false]);
  });

  test('the content of a message has the same limit by itself', () => {
    expect(verdicts(MessageContentSchema, '', 'x', text(2000), text(2001), null)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test('a message to a room may be an image alone, a direct message may not', () => {
    expect(v.is(SendRoomMessageBodySchema, { imageId: 'i1' })).toBe(true);
    expect(v.is(SendDmMessageBodySchema, { imageId: 'i1' })).toBe(false);
  });

  test('the name of a robot has 1 to 32 characters', () => {
    expect(verdicts(RobotNameSchema, '', 'x', text(32), text(33))).toEqual([false, true, true, false]);
  });

  test('a page has 1 to 100 messages', () => {
    const of = (limit: unknown) => ({ limit });
    expect(verdicts(CursorQuerySchema, {}, of(1), of(100), of(0), of(101), of(1.5), of(NaN), of('5'))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('an image as base64 has at most 25 MiB when it is decoded', () => {
    const of = (bytes: number) => ({ image: Buffer.alloc(bytes, 7).toString('base64') });
    expect(verdicts(Base64ImageBodySchema, of(1), of(IMAGE_MAX_BYTES), of(IMAGE_MAX_BYTES + 1))).toEqual([
      true,
      true,
      false,
    ]);
    const { issues } = v.safeParse(Base64ImageBodySchema, of(IMAGE_MAX_BYTES + 2));
    expect(issues?.map(({ message }) => message)).toEqual(['must be at most 25 MiB']);
  });

  test.each(['', 'data:image/png;base64,aGk=', 'aGk', 'a===', 'aG k', 'aG=k', '====', 'aGk_', 'aGk\n'])(
    '%j is no image as base64',
    (image) => expect(v.is(Base64ImageBodySchema, { image })).toBe(false),
  );

  test('every length of an image is valid base64', () => {
    for (let bytes = 1; bytes < 10; bytes++)
      expect(v.is(Base64ImageBodySchema, { image: Buffer.alloc(bytes, 255).toString('base64') })).toBe(true);
  });

  test('an image in a form has at most 25 MiB', () => {
    const of = (bytes: number) => ({ file: new Blob([new Uint8Array(bytes)]), purpose: 'chat' });
    expect(verdicts(MultipartImageBodySchema, of(IMAGE_MAX_BYTES), of(IMAGE_MAX_BYTES + 1))).toEqual([true, false]);
    expect(verdicts(MultipartImageBodySchema, { file: 'path.png', purpose: 'chat' }, { purpose: 'chat' })).toEqual([
      false,
      false,
    ]);
  });

  test('counts are whole and positive, durations are positive', () => {
    const counts = [1, 0, -1, 1.5, Infinity, '1'];
    expect(verdicts(CreateInviteBodySchema, ...counts.map((maxUses) => ({ maxUses })))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    const durations = [0.5, 60, 0, -1, Infinity, NaN, '1'];
    expect(verdicts(ModerationBodySchema, ...durations.map((duration) => ({ duration })))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('permissions are bits, none included', () => {
    const of = (permissions: unknown) => ({ name: 'Bouncer', permissions });
    expect(verdicts(CreateRoleBodySchema, of(0), of(96), of(-1), of(0.5), of('96'))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('times are ISO 8601 with a zone, times of day are HH:MM', () => {
    const event = (startsAt: string) => ({ title: 'Quiz', startsAt });
    expect(
      verdicts(
        CreateEventBodySchema,
        event(new Date().toISOString()),
        event('2026-05-01T19:00:00+02:00'),
        event('2026-05-01T19:00:00'),
        event('2026-05-01'),
        event('tomorrow'),
      ),
    ).toEqual([true, true, false, false, false]);
    const template = (startTime: string) => ({
      title: 'Quiz',
      rrule: 'FREQ=DAILY',
      timezone: 'Europe/Berlin',
      startTime,
    });
    expect(verdicts(CreateEventTemplateBodySchema, template('19:30'), template('7:30'), template('24:00'))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('an update needs none of the fields, and checks those that are there', () => {
    expect(verdicts(UpdateEventBodySchema, {}, { title: 'Quiz' }, { title: '' }, { startsAt: 'x' })).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('null is accepted only where it means something', () => {
    expect(verdicts(UpdateUserBodySchema, { steamId: null }, { displayName: null })).toEqual([true, false]);
  });

  test('a push token is for ios or android', () => {
    const of = (platform: string) => ({ token: 't', platform });
    expect(verdicts(PushTokenBodySchema, of('ios'), of('android'), of('windows'))).toEqual([true, true, false]);
  });

  test('fields that the endpoint does not have are dropped, so that a form can be sent as it is parsed', () => {
    expect(v.parse(CreateRoomBodySchema, { name: 'Lounge', submit: 'Create' })).toEqual({ name: 'Lounge' });
  });
});

describe('robot events', () => {
  const EVENTS: [type: string, required: object, optional: readonly string[]][] = [
    ['room.message', { roomId: 'r', content: 'c', senderName: 'n' }, ['messageId', 'senderId', 'timestamp']],
    ['room.message.edited', {}, ['roomId', 'messageId', 'content', 'editedBy']],
    ['room.message.deleted', {}, ['roomId', 'messageId', 'deletedBy']],
    ['voice.join', {}, ['roomId', 'userId', 'username']],
    ['voice.leave', {}, ['roomId', 'userId', 'username']],
    ['member.join', { username: 'ada' }, ['userId', 'joinedAt']],
    ['member.leave', {}, ['userId', 'username']],
    ['member.role_changed', {}, ['userId', 'oldRole', 'newRole']],
    ['room.created', {}, ['roomId', 'name', 'createdBy']],
    ['room.deleted', {}, ['roomId', 'name']],
    ['presence.update', {}, ['userId', 'status']],
    ['server.updated', {}, ['updatedBy']],
  ];

  test.each(EVENTS)('%s needs what Lag documents, and the rest may be absent or null', (type, required, optional) => {
    const of = (data: object) => ({ id: 'e1', type, serverId: 's1', timestamp: '2026-01-02T03:04:05.000Z', data });
    const event = of({ ...required, more: { deep: [1] } });
    expect(v.parse(RobotEventSchema, event)).toEqual(event);
    for (const name of Object.keys(required))
      for (const value of [undefined, null, 5])
        expect(v.is(RobotEventSchema, of({ ...required, [name]: value })), name).toBe(false);
    for (const name of optional) {
      expect(verdicts(RobotEventSchema, of({ ...required, [name]: null }), of({ ...required, [name]: 'x' }))).toEqual([
        true,
        true,
      ]);
      expect(v.is(RobotEventSchema, of({ ...required, [name]: 5 })), name).toBe(false);
    }
  });

  test('an unknown event keeps whatever data it has', () => {
    const of = (data: unknown) => ({ id: '', type: 'unknown', eventType: 'reaction.added', data });
    expect(verdicts(RobotEventSchema, of(null), of(5), of({ a: 1 }))).toEqual([true, true, true]);
    expect(v.is(RobotEventSchema, { id: '', type: 'unknown', data: {} })).toBe(false);
  });

  test('an event that has another type is none', () => {
    expect(v.is(RobotEventSchema, { id: '', type: 'reaction.added', data: {} })).toBe(false);
    expect(v.is(RoomMessageEventSchema, { id: '', type: 'room.deleted', data: {} })).toBe(false);
  });
});
