import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { err, ok, ResultAsync } from 'neverthrow';
import { lagError, type LagConnectionError } from '../errors.js';
import { errorResponse } from './http/responses.js';
import type { SandboxOptions } from './control/options.js';
import { createSandbox, respondOf, type Sandbox } from './sandbox.js';

/** Options of `serveSandbox`: its own, and those of the sandbox that it makes where none is given. */
export interface ServeSandboxOptions extends SandboxOptions {
  /** A free one where absent. */
  readonly port?: number | undefined;
  /** `127.0.0.1`. Anything else than loopback lets others in, and the tokens of a seed are no secret. */
  readonly hostname?: string | undefined;
  readonly sandbox?: Sandbox | undefined;
}

/** A sandbox that listens. */
export interface ServedSandbox {
  /** Base URL for `createContext`: `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** Stops listening and breaks what is open. */
  close(): Promise<void>;
}

/**
 * Serves a sandbox over HTTP, on loopback unless told otherwise. An `Err` of kind `connection` where it cannot listen.
 */
export const serveSandbox = (options: ServeSandboxOptions = {}): ResultAsync<ServedSandbox, LagConnectionError> =>
  new ResultAsync<ServedSandbox, LagConnectionError>(
    listen(options).then(
      (served) => ok(served),
      (cause: unknown) =>
        err(
          lagError(
            'connection',
            `the sandbox cannot listen: ${cause instanceof Error ? cause.message : String(cause)}`,
            {
              cause,
            },
          ),
        ),
    ),
  );

const listen = async (options: ServeSandboxOptions): Promise<ServedSandbox> => {
  const { port = 0, hostname = '127.0.0.1', sandbox = createSandbox(options) } = options;
  const respond = respondOf(sandbox);
  const answer = getRequestListener(
    async (request, { outgoing }) => {
      try {
        const response = await respond(request);
        if (!response.headers.has('transfer-encoding')) return response;
        await send(response, outgoing as ServerResponse);
      } catch {
        // A fault broke the connection.
        outgoing.destroy();
      }
      return RESPONSE_ALREADY_SENT;
    },
    {
      overrideGlobalObjects: false,
      // The request was no HTTP that a URL can be made of.
      errorHandler: () => errorResponse(400, 'The request is malformed', { 'x-request-id': 'req_malformed' }),
    },
  );
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostname, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    port: taken,
    sandbox,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Sends what comes bit by bit, and breaks the connection where it breaks. */
const send = async ({ status, headers, body }: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers)).flushHeaders();
  await pipeline(Readable.fromWeb(body as ReadableStream), outgoing);
};
