import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request that the server saw, its body read to the end. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: Seen) => void;

export interface TestServer {
  readonly url: string;
  readonly requests: readonly Seen[];
}

/** A server on loopback for one test. The nth request gets the nth answer, and the last answer goes on for ever. */
export const serve = async (...answers: readonly [Answer, ...Answer[]]): Promise<TestServer> => {
  const requests: Seen[] = [];
  const receive = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = incoming;
    const body = await buffer(incoming).catch(() => undefined);
    if (!body) return; // The client went away while it sent.
    const seen = { method: method!, url: url!, headers, body };
    requests.push(seen);
    answers[Math.min(requests.length, answers.length) - 1]!(response, seen);
  };
  const server = createServer((incoming, response) => void receive(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
};

/** A URL where nobody listens. */
export const refusedUrl = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
};

export const text =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  text(JSON.stringify(value), status, { 'content-type': 'application/json', ...headers });

export const empty = (status: number, headers: Record<string, string> = {}): Answer => text('', status, headers);

/** Says nothing, ever. */
export const stall: Answer = () => {};

/** Sends the headers and the start of a body, then nothing more. */
export const stallBody =
  (start: string, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).write(start);

/** Breaks the connection instead of an answer. */
export const reset: Answer = (response) => response.socket!.resetAndDestroy();

/** Breaks the connection after the headers and the start of a body. */
export const resetBody: Answer = (response) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .write('{"id":', () => response.socket!.resetAndDestroy());

/** Promises more than it sends, and closes. */
export const truncate: Answer = (response) =>
  response.writeHead(200, { 'content-length': '100' }).write('{"id":"m1"', () => response.socket!.end());
