import { describe, expect, test } from 'vitest';
import { expectError, startPlain } from '../support.js';

describe('a JSON body', () => {
  test('is refused with 400 if it is not valid JSON', async () => {
    const { ask, tokens, messages } = await startPlain();
    for (const body of ['{"content":', 'content=hi', '\u0000', '{"content":"hi"}x'])
      expectError(
        await ask(messages, { token: tokens.ada, body, headers: { 'content-type': 'application/json' } }),
        400,
      );
  });

  test.each([[null], [[]], ['hi'], [7], [{}], [{ content: 7 }], [{ content: '' }], [{ content: ' \n' }]])(
    'is refused with 400 that names the field if it is %j',
    async (json) => {
      const { ask, tokens, messages } = await startPlain();
      const reply = await ask(messages, { token: tokens.ada, json });
      expectError(reply, 400);
      expect(reply.json.message).toMatch(/^body/);
    },
  );

  test('is refused with 400 if it is missing', async () => {
    const { ask, tokens, messages } = await startPlain();
    expectError(await ask(messages, { token: tokens.ada, method: 'POST' }), 400);
  });

  test('holds 1 to 2000 characters of content', async () => {
    const { ask, tokens, messages } = await startPlain();
    for (const length of [1, 2000])
      expect((await ask(messages, { token: tokens.ada, json: { content: 'x'.repeat(length) } })).status).toBe(201);
    expectError(await ask(messages, { token: tokens.ada, json: { content: 'x'.repeat(2001) } }), 400);
  });

  test('is refused with 415 under another content type', async () => {
    const { ask, tokens, messages } = await startPlain();
    const body = JSON.stringify({ content: 'hi' });
    expectError(await ask(messages, { token: tokens.ada, body, headers: { 'content-type': 'text/plain' } }), 415);
    for (const type of ['application/json; charset=utf-8', 'application/problem+json', 'APPLICATION/JSON'])
      expect((await ask(messages, { token: tokens.ada, body, headers: { 'content-type': type } })).status).toBe(201);
  });

  test('is accepted without a content type, and with those that clients set by themselves', async () => {
    const { ask, tokens, messages } = await startPlain();
    const body = JSON.stringify({ content: 'hi' });
    // A string without a content type: fetch calls it text/plain;charset=UTF-8.
    expect((await ask(messages, { token: tokens.ada, body })).status).toBe(201);
    // Bytes without a content type have none.
    const bytes = new TextEncoder().encode(body);
    expect((await ask(messages, { token: tokens.ada, body: bytes })).status).toBe(201);
    // `curl -d` and urllib.
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(messages, { token: tokens.ada, body, headers })).status).toBe(201);
    expectError(await ask(messages, { token: tokens.ada, body: 'content=hi', headers }), 400);
    for (const type of [
      'text/html',
      'application/xml',
      'text/plain',
      'application/jsonp',
      'json',
      'multipart/form-data',
    ])
      expectError(await ask(messages, { token: tokens.ada, body, headers: { 'content-type': type } }), 415);
  });

  test('is refused with 413 above 1 MiB, with and without a length, and the connection goes on', async () => {
    const { ask, tokens, messages, url } = await startPlain();
    const body = JSON.stringify({ content: 'x'.repeat(1024 * 1024) });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens.ada}` };
    expectError(await ask(messages, { body, headers }), 413);
    const chunked = new Blob([body]).stream();
    const response = await fetch(url + messages, {
      method: 'POST',
      headers,
      body: chunked,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect((await ask(messages, { token: tokens.ada, json: { content: 'still here' } })).status).toBe(201);
  });

  test('is not read for callers without a token', async () => {
    const { ask, messages } = await startPlain();
    expectError(await ask(messages, { body: 'x'.repeat(2 * 1024 * 1024) }), 401);
  });

  test('may be missing if every field is optional', async () => {
    const { ask, tokens, ids } = await startPlain();
    const reply = await ask(`/servers/${ids.server}/invites`, { token: tokens.ada, method: 'POST' });
    expect(reply).toMatchObject({ status: 201, json: { maxUses: null, expiresAt: null, uses: 0 } });
  });

  test('is read for DELETE too', async () => {
    const { ask, tokens } = await startPlain();
    await ask('/users/me/push-token', { token: tokens.ada, json: { token: 'device', platform: 'ios' } });
    const remove = () =>
      ask('/users/me/push-token', { token: tokens.ada, method: 'DELETE', json: { token: 'device' } });
    expect((await remove()).json).toEqual({ ok: true });
    expectError(await remove(), 404);
  });
});

describe('an image', () => {
  const megabytes = (count: number, more = 0) => {
    const bytes = new Uint8Array(count * 1024 * 1024 + more);
    bytes.set([0xff, 0xd8, 0xff]);
    return bytes;
  };
  const form = (fields: Record<string, string | Blob>): FormData => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return body;
  };
  const jpeg = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes], { type: 'image/jpeg' });

  test('is accepted up to 25 MiB and refused with 413 above', async () => {
    const { ask, tokens, state } = await startPlain();
    const upload = (bytes: Uint8Array<ArrayBuffer>) =>
      ask('/images', { token: tokens.ada, body: form({ file: jpeg(bytes), purpose: 'chat' }) });
    expect(await upload(megabytes(25))).toMatchObject({
      status: 201,
      json: { size: 26_214_400, contentType: 'image/jpeg' },
    });
    expectError(await upload(megabytes(25, 1)), 413);
    expectError(await upload(megabytes(30)), 413);
    expect(state.images).toHaveLength(1);
  });

  test('is sent as a form with a file and a purpose', async () => {
    const { ask, tokens } = await startPlain();
    const file = jpeg(megabytes(0, 3));
    const post = (body: BodyInit, type?: string) =>
      ask('/images', { token: tokens.ada, body, ...(type && { headers: { 'content-type': type } }) });
    expect((await post(form({ file, purpose: 'general', alt: 'a', entityId: 'e' }))).status).toBe(201);
    expectError(await post(form({ purpose: 'general' })), 400);
    expectError(await post(form({ file: 'text', purpose: 'general' })), 400);
    expectError(await post(form({ file })), 400);
    expectError(await post(form({ file, purpose: 'other' })), 400);
    expectError(await post(form({ file: new Blob(['text'], { type: 'text/plain' }), purpose: 'chat' })), 415);
    expectError(await post('{}', 'application/json'), 415);
    expectError(await post('no form at all', 'multipart/form-data; boundary=x'), 400);
    expectError(
      await post('--x\r\ncontent-disposition: form-data; name="file"\r\n\r\ncut', 'multipart/form-data; boundary=x'),
      400,
    );
  });

  test('in base64 is checked, and may be larger than other bodies', async () => {
    const { ask, tokens, ids } = await startPlain();
    for (const path of ['/users/me/avatar', `/servers/${ids.server}/icon`]) {
      const post = (image: unknown, more = {}) => ask(path, { token: tokens.ada, json: { image, ...more } });
      expect((await post('A'.repeat(4 * 1024 * 1024), { contentType: 'image/png' })).status).toBe(200);
      for (const image of ['', 'data:image/png;base64,AAAA', 'AAA', 'not base64!', 7])
        expectError(await post(image), 400);
      expectError(await post('AAAA', { contentType: 'text/html' }), 400);
      expectError(await post('A'.repeat(36 * 1024 * 1024)), 413);
    }
  });
});
