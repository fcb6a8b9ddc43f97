import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from '../../src/robots/index.js';
import { anyText } from '../support/any-text.js';
import { errorOf, valueOf } from '../support/results.js';
import { sized } from '../support/runs.js';
import { payload } from './support.js';

const secret = `whsec_${Buffer.from('an example of a secret').toString('base64')}`;
const body = JSON.stringify(payload('hi'));

/** Headers as Lag sends them, signed by the reference package. */
const signed = (text = body, at = Date.now(), id = 'msg_1', secrets: readonly string[] = [secret]) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': secrets.map((one) => new Webhook(one).sign(id, new Date(at), text)).join(' '),
});

test('returns the event of a genuine delivery', async () => {
  expect(await valueOf(verifyWebhook({ secret, headers: signed(), body }))).toEqual({ id: 'msg_1', ...payload('hi') });
});

test.each<[string, (headers: ReturnType<typeof signed>) => WebhookHeaders]>([
  ['Headers', (headers) => new Headers(headers)],
  ['a Map', (headers) => new Map(Object.entries(headers))],
  ['pairs', (headers) => Object.entries(headers)],
  ['an object without prototype', (headers) => Object.assign(Object.create(null), headers)],
  [
    'names in capitals',
    (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
  ],
  [
    'lists, as Node gives',
    (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  ],
  ['others among them', (headers) => ({ host: 'x', cookie: undefined, ...headers })],
])('takes headers as %s', async (_, shape) => {
  expect((await verifyWebhook({ secret, headers: shape(signed()), body })).isOk()).toBe(true);
});

test('takes a body as text, bytes of any kind or a Blob', async () => {
  const text = JSON.stringify(payload('grüß 👋'));
  const headers = signed(text);
  const bytes = new TextEncoder().encode(text);
  const window = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
  const foreign = runInNewContext('(list) => new Uint8Array(list)') as (list: number[]) => Uint8Array;
  for (const given of [
    text,
    bytes,
    Buffer.from(text),
    bytes.buffer,
    window,
    new DataView(bytes.buffer),
    new Blob([bytes]),
    foreign([...bytes]),
    foreign([...bytes]).buffer as ArrayBuffer,
  ])
    expect((await verifyWebhook({ secret, headers, body: given })).isOk()).toBe(true);
});

test('refuses a body that was parsed before, and says so', async () => {
  for (const given of [payload('hi'), null, undefined, 1e9, ['x'], { length: 3e8 }, new Map()])
    expect(await errorOf(verifyWebhook({ secret, headers: signed(), body: given as never }))).toMatchObject({
      kind: 'invalid_input',
      message: 'invalid webhook: the body was read or parsed before; pass the raw bytes',
    });
  // What is left of a stream that somebody else has read.
  expect((await errorOf(verifyWebhook({ secret, headers: signed(), body: '' }))).message).toMatch(
    /read or parsed before/,
  );
});

test('accepts a delivery if any of the secrets fits any of the signatures', async () => {
  const other = `whsec_${Buffer.from('another secret than it').toString('base64')}`;
  const third = `whsec_${Buffer.from('a third secret of this').toString('base64')}`;
  const verify = async (secrets: string | string[], signers: string[]) =>
    (await verifyWebhook({ secret: secrets, headers: signed(body, undefined, undefined, signers), body })).isOk();
  expect(await verify([secret, other], [other])).toBe(true);
  expect(await verify([other, secret], [third, secret])).toBe(true);
  expect(await verify(secret, [other, third, secret])).toBe(true);
  expect(await verify([other, third], [secret])).toBe(false);
  expect(await verify([], [secret])).toBe(false);
});

test('takes signatures from several headers', async () => {
  const other = `whsec_${Buffer.from('another secret than it').toString('base64')}`;
  const first = signed(body, undefined, undefined, [other]);
  const second = signed();
  const headers = { ...second, 'webhook-signature': [first['webhook-signature'], second['webhook-signature']] };
  for (const key of [secret, other]) expect((await verifyWebhook({ secret: key, headers, body })).isOk()).toBe(true);
});

test('says why it refuses a delivery', async () => {
  const messageFor = async (headers: WebhookHeaders, text = body) =>
    (await errorOf(verifyWebhook({ secret, headers, body: text }))).message;
  const { 'webhook-id': _, ...unnamed } = signed();
  const { 'webhook-signature': __, ...unsigned } = signed();
  expect(await messageFor({})).toBe('invalid webhook: the header webhook-id is missing');
  expect(await messageFor(unnamed)).toBe('invalid webhook: the header webhook-id is missing');
  expect(await messageFor(unsigned)).toBe('invalid webhook: the header webhook-signature is missing');
  expect(await messageFor({ ...signed(), 'webhook-timestamp': 'soon' })).toBe(
    'invalid webhook: webhook-timestamp is not a Unix time in seconds',
  );
  expect(await messageFor(signed(body, Date.now() - 3_600_000))).toMatch(
    /^invalid webhook: it was sent 360\d s ago, and toleranceSeconds is 300$/,
  );
  expect(await messageFor(signed(body, Date.now() + 3_600_000))).toMatch(
    /^invalid webhook: it was sent 3\d{3} s in the future, and toleranceSeconds is 300; check the clock$/,
  );
  expect(await messageFor(signed(), `${body} `)).toBe(
    'invalid webhook: no signature fits: the secret is another, or the body was parsed and written out again',
  );
});

test.each(['1795800658abc', '1795800658.5', ' 0x6b0', '-1795800658', '1e9', '12345678901234567'])(
  'refuses the timestamp %j',
  async (timestamp) => {
    const headers = { ...signed(), 'webhook-timestamp': timestamp };
    const { message } = await errorOf(verifyWebhook({ secret, headers, body, toleranceSeconds: Infinity }));
    expect(message).toBe('invalid webhook: webhook-timestamp is not a Unix time in seconds');
  },
);

test('looks at no more than twenty signatures', async () => {
  const headers = signed();
  const behind = (count: number) => ({
    ...headers,
    'webhook-signature': `${'v1,AAAA '.repeat(count)}${headers['webhook-signature']}`,
  });
  expect((await verifyWebhook({ secret, headers: behind(19), body })).isOk()).toBe(true);
  expect((await verifyWebhook({ secret, headers: behind(20), body })).isErr()).toBe(true);
});

test('ignores empty secrets among several, and spaces around one', async () => {
  for (const given of [[secret, undefined], [secret, ''], ['', null, secret], `${secret} `.split(' '), ` ${secret}\n`])
    expect((await verifyWebhook({ secret: given, headers: signed(), body })).isOk()).toBe(true);
});

test('refuses a secret that is too short to be one', async () => {
  const messageFor = async (bytes: number) => {
    const short = `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
    const result = await verifyWebhook({ secret: short, headers: signed(body, undefined, undefined, [short]), body });
    return result.isErr() && result.error.message;
  };
  expect(await messageFor(1)).toBe('invalid webhook secret: it has less than 16 bytes; was it cut off?');
  expect(await messageFor(15)).toMatch(/less than 16 bytes/);
  expect(await messageFor(16)).toBe(false);
});

test('takes a secret without its prefix', async () => {
  expect((await verifyWebhook({ secret: secret.slice(6), headers: signed(), body })).isOk()).toBe(true);
});

test.each(['', 'whsec_', 'not base64!', `AAAA${secret}`, undefined, null, 5, {}, [''], [secret, 'not base64!'], [5]])(
  'refuses the secret %j and does not show it',
  async (bad) => {
    const error = await errorOf(verifyWebhook({ secret: bad as never, headers: signed(), body }));
    expect(error.kind).toBe('invalid_input');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('not base64!');
  },
);

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)(
  'refuses a delivery without %s',
  async (name) => {
    for (const value of [undefined, '']) {
      const headers = { ...signed(), [name]: value };
      expect(await errorOf(verifyWebhook({ secret, headers, body }))).toMatchObject({ kind: 'invalid_input' });
    }
  },
);

test('accepts a time of sending that is off by the tolerance, and by no second more', async () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5, 999);
  const verify = async (offset: number, toleranceSeconds?: number) =>
    (await verifyWebhook({ secret, headers: signed(body, now + offset * 1000), body, now, toleranceSeconds })).isOk();
  expect(await verify(-300)).toBe(true);
  expect(await verify(300)).toBe(true);
  expect(await verify(-301)).toBe(false);
  expect(await verify(301)).toBe(false);
  expect(await verify(-10, 10)).toBe(true);
  expect(await verify(-11, 10)).toBe(false);
  expect(await verify(-86_400, Infinity)).toBe(true);
  for (const senseless of [NaN, -1]) expect(await verify(0, senseless)).toBe(false);
});

test('returns an invalid_response for a genuine delivery that is not JSON', async () => {
  expect(await errorOf(verifyWebhook({ secret, headers: signed('no'), body: 'no' }))).toMatchObject({
    kind: 'invalid_response',
    message: 'the body is not JSON',
    issues: [{ path: '', message: 'the body is not JSON' }],
  });
});

test.each([null, undefined, 5, {}, { secret, headers: null, body }, { secret, headers: 5, body }])(
  'returns an Err for the options %j',
  async (options) => {
    expect(await errorOf(verifyWebhook(options as never))).toMatchObject({ kind: 'invalid_input' });
  },
);

test('compares every character of a signature, wherever the first difference is', async () => {
  const headers = signed();
  const genuine = headers['webhook-signature'];
  const at = vi.spyOn(String.prototype, 'charCodeAt');
  const counts = new Set<number>();
  for (const position of [3, 20, genuine.length - 2]) {
    const forged = genuine.slice(0, position) + (genuine[position] === 'A' ? 'B' : 'A') + genuine.slice(position + 1);
    at.mockClear();
    await errorOf(verifyWebhook({ secret, headers: { ...headers, 'webhook-signature': forged }, body }));
    counts.add(at.mock.calls.length);
  }
  expect(counts.size).toBe(1);
});

/** What the reference package says of the same delivery. */
const reference = (key: string, text: string, headers: Record<string, string>): boolean => {
  try {
    new Webhook(key).verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
};

const RUNS = sized(1000, 30_000);

test('agrees with the reference package on genuine and tampered deliveries', async () => {
  const now = Date.UTC(2026, 0, 2);
  vi.useFakeTimers({ toFake: ['Date'], now });
  const secrets = fc
    .uint8Array({ minLength: 16, maxLength: 64 })
    .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
  const ids = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '_', '-', '.'), minLength: 1, maxLength: 20 });
  const texts = fc.oneof(
    fc.json(),
    anyText().map((text) => JSON.stringify({ text })),
  );
  const changes = fc.oneof(
    { weight: 3, arbitrary: fc.constant('none') },
    fc.constantFrom(
      'body',
      'id',
      'timestamp',
      'signature',
      'version',
      'secret',
      'shorter',
      'longer',
      'joined',
      'several',
    ),
    fc.constantFrom('parseable timestamp', 'upper case', 'no version', 'empty', 'missing', 'spaces', 'extra part'),
  );
  let accepted = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      secrets,
      secrets,
      ids,
      texts,
      changes,
      fc.integer({ min: -310, max: 310 }),
      fc.nat(),
      async (key, otherKey, id, text, change, offset, place) => {
        const headers: Record<string, string> = signed(text, now + offset * 1000, id, [key]);
        const signature = headers['webhook-signature']!;
        let usedText = text;
        let usedKey = key;
        const flip = (value: string, from = 0) => {
          const at = from + (place % Math.max(1, value.length - from));
          return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
        };
        const set = (name: string, value: string) => (headers[`webhook-${name}`] = value);
        if (change === 'body') usedText = flip(text);
        if (change === 'id') set('id', flip(id));
        if (change === 'timestamp') set('timestamp', String(Number(headers['webhook-timestamp']) + 1 + (place % 3)));
        if (change === 'parseable timestamp') set('timestamp', ` ${headers['webhook-timestamp']}.5x`);
        if (change === 'signature') set('signature', flip(signature, 3));
        if (change === 'version') set('signature', signature.replace('v1', 'v2'));
        if (change === 'no version') set('signature', signature.slice(3));
        if (change === 'upper case') set('signature', signature.replace('v1', 'V1'));
        if (change === 'secret') usedKey = otherKey;
        if (change === 'shorter') set('signature', signature.slice(0, -1 - (place % 40)));
        if (change === 'longer') set('signature', `${signature}A`);
        if (change === 'extra part') set('signature', `${signature},A`);
        if (change === 'joined') set('signature', `v1,abc, ${signature}, v2,x`);
        if (change === 'several')
          set('signature', `${new Webhook(otherKey).sign(id, new Date(now), text)} ${signature}`);
        if (change === 'spaces') set('signature', ` ${signature}  `);
        if (change === 'empty') set(['id', 'timestamp', 'signature'][place % 3]!, '');
        if (change === 'missing') delete headers[`webhook-${['id', 'timestamp', 'signature'][place % 3]!}`];
        // The reference takes what `parseInt` takes.
        const expected = change !== 'parseable timestamp' && reference(usedKey, usedText, headers);
        const result = await verifyWebhook({
          secret: usedKey,
          headers,
          body: place % 2 ? usedText : Buffer.from(usedText),
        });
        const isGenuine = result.isOk() || result.error.kind === 'invalid_response';
        expect(isGenuine).toBe(expected);
        if (isGenuine) accepted++;
        else refused++;
      },
    ),
    { numRuns: RUNS },
  );
  vi.useRealTimers();
  expect(accepted).toBeGreaterThan(0.23 * RUNS);
  expect(refused).toBeGreaterThan(0.23 * RUNS);
});
