import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { createSandbox } from '../../src/sandbox/index.js';
import { serveSandbox } from '../../src/sandbox/node.js';
import { asker, serveForTest } from './support.js';

const globals = [globalThis.Request, globalThis.Response, globalThis.fetch];

test('serves on loopback, on a free port', async () => {
  const [first, second] = [await serveForTest(), await serveForTest()];
  expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
  expect(first.port).not.toBe(second.port);
  for (const { url, sandbox } of [first, second])
    expect((await asker(url)('/users/me', { token: sandbox.tokens.ada })).json.username).toBe('ada');
});

test('serves the sandbox that it is given, or makes one from the options', async () => {
  const sandbox = createSandbox({ seed: 'mine' });
  const served = await serveForTest({ sandbox });
  expect(served.sandbox).toBe(sandbox);
  await asker(served.url)('/health');
  expect(sandbox.requests).toHaveLength(1);
  expect((await serveForTest({ seed: 'mine' })).sandbox.tokens).toEqual(sandbox.tokens);
});

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

test.runIf(hasIpv6)('listens on the hostname that it is given', async () => {
  const { url } = await serveForTest({ hostname: '::1' });
  expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await asker(url)('/health')).status).toBe(200);
});

test('returns an Err if it cannot listen', async () => {
  const { port } = await serveForTest();
  for (const options of [{ port }, { port: 70_000 }, { port: NaN }, { hostname: 'no host' }]) {
    const result = await serveSandbox(options);
    expect(result.isErr() && result.error).toMatchObject({ name: 'LagError', kind: 'connection' });
  }
});

test('closes open connections, and may be closed twice', async () => {
  const { url, sandbox, close } = (await serveSandbox())._unsafeUnwrap();
  const ask = asker(url);
  const held = ask('/robots/@me/events/poll', { token: sandbox.tokens.robot });
  held.catch(() => {});
  await ask('/health');
  await close();
  await close();
  await expect(held).rejects.toThrow();
  await expect(ask('/health')).rejects.toThrow();
});

test('does not replace the globals of the process', async () => {
  const { url } = await serveForTest();
  await asker(url)('/health');
  for (const [index, now] of [globalThis.Request, globalThis.Response, globalThis.fetch].entries())
    expect(now).toBe(globals[index]);
});
