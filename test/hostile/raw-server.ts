import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as setRealTimeout } from 'node:timers';
import { onTestFinished } from 'vitest';
import { turns } from '../support/clock.js';

/** One connection, in the hands of a test. */
export interface Peer {
  readonly socket: Socket;
  /** The request as text, when its header has come, or all of it. */
  readonly head: () => Promise<string>;
  readonly request: () => Promise<string>;
  readonly write: (data: string | Uint8Array) => void;
}

export type Act = (peer: Peer) => unknown;

export interface RawServer {
  readonly url: string;
  /** Connections so far. */
  readonly connections: () => number;
  /** Requests so far, to their last byte, all connections together. */
  readonly requests: readonly string[];
  /** Resolves when so many acts are over, and what they wrote has gone out. */
  readonly acted: (count: number) => Promise<void>;
  /** Resolves when every connection is closed from both sides. */
  readonly left: () => Promise<void>;
}

/** A server that writes what it likes. The nth connection gets the nth act, and the last act goes on for ever. */
export const serveRaw = async (...acts: readonly [Act, ...Act[]]): Promise<RawServer> => {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const used = new Set<Socket>();
  let connections = 0;
  let over = 0;
  let onOver = (): void => {};
  const server = createServer((socket) => {
    const act = acts[Math.min(connections++, acts.length - 1)]!;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    const reader = readRequest(socket);
    void reader.head.then(() => used.add(socket));
    void reader.request.then((text) => requests.push(text));
    const acting = act({
      socket,
      head: () => reader.head,
      request: () => reader.request,
      write: (data) => void socket.write(data),
    });
    void Promise.resolve(acting).then(() => {
      over++;
      onOver();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    requests,
    acted: async (count) => {
      await new Promise<void>((resolve) => {
        onOver = () => over >= count && resolve();
        onOver();
      });
      await turns(10);
    },
    left: async () => {
      await Promise.all(
        [...used].map((socket) => new Promise((resolve) => (socket.closed ? resolve(0) : socket.on('close', resolve)))),
      );
    },
  };
};

/** Follows a request with a known length, or in chunks, as it comes. Promises of what never comes stay open. */
const readRequest = (socket: Socket): { readonly head: Promise<string>; readonly request: Promise<string> } => {
  const pieces: string[] = [];
  let length = 0;
  let isWhole: (() => boolean) | undefined;
  let onHead!: (text: string) => void;
  let onRequest!: (text: string) => void;
  const head = new Promise<string>((resolve) => (onHead = resolve));
  const request = new Promise<string>((resolve) => (onRequest = resolve));
  const readHead = (text: string): void => {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    onHead(text);
    const fields = text.slice(0, end);
    const whole = end + 4 + Number(/^content-length: (\d+)/im.exec(fields)?.[1] ?? 0);
    isWhole = /^transfer-encoding: chunked/im.test(fields)
      ? () => pieces.slice(-7).join('').endsWith('\r\n0\r\n\r\n')
      : () => length >= whole;
  };
  const take = (data: string): void => {
    pieces.push(data);
    length += data.length;
    if (!isWhole) readHead(pieces.join(''));
    if (!isWhole?.()) return;
    onRequest(pieces.join(''));
    socket.off('data', take).resume();
  };
  socket.setEncoding('latin1').on('data', take);
  return { head, request };
};

/** An answer as it goes over the wire. */
export const answer = (body: string | Uint8Array, { status = '200 OK', headers = '' } = {}): Buffer =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`,
      'latin1',
    ),
    Buffer.from(body as string),
  ]);

/** Waits for the whole request, writes, and closes. */
export const reply =
  (...parts: readonly (string | Uint8Array)[]): Act =>
  async ({ socket, request, write }) => {
    await request();
    parts.forEach(write);
    socket.end();
  };

/** Waits for the whole request, writes, and stays. */
export const replyAndStay =
  (...parts: readonly (string | Uint8Array)[]): Act =>
  async ({ request, write }) => {
    await request();
    parts.forEach(write);
  };

/** Waits for the whole request, writes, and breaks the connection. */
export const replyAndReset =
  (...parts: readonly (string | Uint8Array)[]): Act =>
  async ({ socket, request, write }) => {
    await request();
    parts.forEach(write);
    // A reset overtakes what is on its way.
    setRealTimeout(() => socket.resetAndDestroy(), 5);
  };
