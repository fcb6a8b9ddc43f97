import { inspect } from 'node:util';
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

test('a genuine delivery gives its event', async () => {
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
])('headers may be %s', async (_, shape) => {
  expect((await verifyWebhook({ secret, headers: shape(signed()), body })).isOk()).toBe(true);
});

test('a body may be text or bytes of any kind', async () => {
  const text = JSON.stringify(payload('grüß 👋'));
  const headers = signed(text);
  const bytes = new TextEncoder().encode(text);
  const window = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
  for (const given of [text, bytes, Buffer.from(text), bytes.buffer, window])
    expect((await verifyWebhook({ secret, headers, body: given })).isOk()).toBe(true);
});

test('a body that was parsed already is refused', async () => {
  for (const given of [payload('hi'), null, undefined, 1e9, ['x']])
    expect(await errorOf(verifyWebhook({ secret, headers: signed(), body: given as never }))).toMatchObject({
      kind: 'invalid_input',
    });
});

test('any of several secrets, and any of several signatures, will do', async () => {
  const other = `whsec_${Buffer.from('another secret').toString('base64')}`;
  const third = `whsec_${Buffer.from('a third secret').toString('base64')}`;
  const verify = async (secrets: string | string[], signers: string[]) =>
    (await verifyWebhook({ secret: secrets, headers: signed(body, undefined, undefined, signers), body })).isOk();
  expect(await verify([secret, other], [other])).toBe(true);
  expect(await verify([other, secret], [third, secret])).toBe(true);
  expect(await verify(secret, [other, third, secret])).toBe(true);
  expect(await verify([other, third], [secret])).toBe(false);
  expect(await verify([], [secret])).toBe(false);
});

test('signatures may come in several headers', async () => {
  const other = `whsec_${Buffer.from('another secret').toString('base64')}`;
  const first = signed(body, undefined, undefined, [other]);
  const second = signed();
  const headers = { ...second, 'webhook-signature': [first['webhook-signature'], second['webhook-signature']] };
  for (const key of [secret, other]) expect((await verifyWebhook({ secret: key, headers, body })).isOk()).toBe(true);
});

test('a delivery that is refused says why', async () => {
  const old = signed(body, Date.now() - 3_600_000);
  const early = 'invalid webhook: its headers are missing, or it was not sent just now';
  const { 'webhook-id': _, ...unnamed } = signed(body, undefined, 'undefined');
  const { 'webhook-signature': __, ...unsigned } = signed();
  for (const headers of [{}, old, unnamed, unsigned])
    expect(await errorOf(verifyWebhook({ secret, headers, body }))).toMatchObject({ message: early });
  expect(await errorOf(verifyWebhook({ secret, headers: signed(), body: `${body} ` }))).toMatchObject({
    message: 'invalid webhook: no signature fits',
  });
});

test('a secret needs no prefix', async () => {
  expect((await verifyWebhook({ secret: secret.slice(6), headers: signed(), body })).isOk()).toBe(true);
});

test.each(['', 'whsec_', 'not base64!', `AAAA${secret}`, undefined, null, 5, {}, [''], [secret, '']])(
  'the secret %j cannot be used, and is not shown',
  async (bad) => {
    const error = await errorOf(verifyWebhook({ secret: bad as never, headers: signed(), body }));
    expect(error).toMatchObject({ kind: 'invalid_input', message: 'invalid webhook secret' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('not base64!');
  },
);

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)(
  'without %s it is refused',
  async (name) => {
    for (const value of [undefined, '']) {
      const headers = { ...signed(), [name]: value };
      expect(await errorOf(verifyWebhook({ secret, headers, body }))).toMatchObject({ kind: 'invalid_input' });
    }
  },
);

test('the time of sending may be off by the tolerance, and by no second more', async () => {
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

test('a genuine delivery that is no JSON is an invalid response', async () => {
  expect(await errorOf(verifyWebhook({ secret, headers: signed('no'), body: 'no' }))).toMatchObject({
    kind: 'invalid_response',
    message: 'not JSON',
    issues: [{ path: '', message: 'not JSON' }],
  });
});

test.each([null, undefined, 5, {}, { secret, headers: null, body }, { secret, headers: 5, body }])(
  'options %j are an Err',
  async (options) => {
    expect(await errorOf(verifyWebhook(options as never))).toMatchObject({ kind: 'invalid_input' });
  },
);

test('every character of every signature is compared, wherever the first difference is', async () => {
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

test('agrees with the reference package on genuine and tampered deliveries, both ways', async () => {
  const now = Date.UTC(2026, 0, 2);
  vi.useFakeTimers({ toFake: ['Date'], now });
  const secrets = fc
    .uint8Array({ minLength: 1, maxLength: 64 })
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
        const expected = reference(usedKey, usedText, headers);
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
