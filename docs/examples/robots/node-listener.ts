import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A fetch-style handler as a listener of Node's `http`, and of what is built on it. */
export const toNodeListener =
  (handle: (request: Request) => Promise<Response>) =>
  (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const isPost = incoming.method === 'POST';
    const init = {
      method: isPost ? 'POST' : 'GET',
      headers: incoming.headers as Record<string, string>,
      body: isPost ? Readable.toWeb(incoming) : null,
      duplex: 'half',
    };
    void handle(new Request('http://localhost/', init as RequestInit)).then(({ status, headers }) => {
      // What was not read of a body would stand before the next request.
      if (!incoming.complete) outgoing.setHeader('connection', 'close');
      outgoing.writeHead(status, Object.fromEntries(headers)).end();
    });
  };
