import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runScript } from './script.js';

/** A server that closes no socket by itself. As a proxy it tunnels to itself, unless it is to leave a CONNECT unanswered. */
const serveForEver = async ({ answersConnect = true } = {}) => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url!);
    if (request.url === '/stall/version') return;
    // Asks undici to keep the socket for ten minutes, where it would close an idle one after 4 s.
    response.writeHead(request.url === '/error/version' ? 403 : 200, { 'keep-alive': 'timeout=600' });
    response.end('{"version":"1"}');
  });
  server.keepAliveTimeout = 0;
  const tunnels: Duplex[] = [];
  server.on('connect', (_, socket) => {
    seen.push('connect');
    tunnels.push(socket);
    if (!answersConnect) return;
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    server.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const tunnel of tunnels) tunnel.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

describe('a script ends by itself', () => {
  test.each([
    ['after a call', '', '{}', ['/version']],
    ['after an error', '/error', '{}', ['/error/version']],
    ['after a timeout', '/stall', '{ timeoutMs: 200, maxRetries: 0 }', ['/stall/version']],
    ['after a call through a proxy', '', '{ proxy: new URL(url).origin }', ['connect', '/version']],
    ['without a call', undefined, '{}', []],
  ])('%s', async (_, path, options, seen) => {
    const server = await serveForEver();
    const source = `
      import { createContext } from '../../src/context.js';
      import { undiciTransport } from '../../src/node/index.js';
      import { getVersion } from '../../src/operations/system.js';
      // Not within the time of the call.
      await import('undici');
      const url = process.argv[2]!;
      const ctx = createContext('lag_pat_x', { baseUrl: url, ...${options}, transport: undiciTransport(${options}) });
      if (${path !== undefined}) await getVersion(ctx);
      console.log('done');
    `;
    const { lines, lingeredMs } = await runScript(source, [server.url + (path ?? '')]);
    expect(lines).toEqual(['done']);
    expect(server.seen).toEqual(seen);
    expect(lingeredMs).toBeLessThan(5000);
  });

  test('after a call through a proxy that leaves its CONNECT unanswered', async () => {
    const server = await serveForEver({ answersConnect: false });
    const source = `
      // Twenty times as fast, before undici takes it: its limit for a CONNECT is 10 s.
      const { setTimeout } = globalThis;
      globalThis.setTimeout = Object.assign((run, ms, ...rest) => setTimeout(run, ms / 20, ...rest), setTimeout);
      const { createContext } = await import('../../src/context.js');
      const { undiciTransport } = await import('../../src/node/index.js');
      const { getVersion } = await import('../../src/operations/system.js');
      const [, , proxy] = process.argv;
      const ctx = createContext('lag_pat_x', {
        baseUrl: 'https://127.0.0.1:1', timeoutMs: 1000, maxRetries: 0, transport: undiciTransport({ proxy }),
      });
      console.log((await getVersion(ctx))._unsafeUnwrapErr().kind);
    `;
    const { lines, lingeredMs } = await runScript(source, [server.url]);
    expect(lines).toEqual(['timeout']);
    expect(server.seen).toEqual(['connect']);
    expect(lingeredMs).toBeLessThan(5000);
  });

  test('and close() ends an answer that nobody reads no sooner than its signal', async () => {
    const server = await serveForEver();
    const source = `
      import { createContext } from '../../src/context.js';
      import { undiciTransport } from '../../src/node/index.js';
      import { getVersion } from '../../src/operations/system.js';
      const transport = undiciTransport();
      const ctx = createContext('lag_pat_x', { transport, baseUrl: process.argv[2]!, timeoutMs: Infinity });
      const end = new AbortController();
      const call = getVersion(ctx, { signal: end.signal });
      const closing = transport.close();
      setTimeout(() => { console.log('abort'); end.abort(); }, 100);
      console.log((await call)._unsafeUnwrapErr().kind);
      console.log((await closing).isOk());
    `;
    const { lines } = await runScript(source, [`${server.url}/stall`]);
    expect(lines).toEqual(['abort', 'aborted', 'true']);
  });
});
