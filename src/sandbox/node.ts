import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { err, ok, ResultAsync } from 'neverthrow';
import { lagError, type LagConnectionError } from '../errors.js';
import { warningsOf, type SandboxOptions } from './control/options.js';
import { errorResponse } from './http/responses.js';
import { createSandbox, internalsOf, type Sandbox } from './sandbox.js';
import { CONTROL_PATH, createControl } from './server/control.js';
import { createGuard, isLoopbackAddress, isLoopbackName } from './server/guard.js';
import { isPagePath, pageResponse } from './server/page.js';

/** Options of `serveSandbox`: its own, and those of the sandbox that it makes if none is given. */
export interface ServeSandboxOptions extends SandboxOptions {
  /** @defaultValue a free port */
  readonly port?: number | undefined;
  /**
   * Address to listen on. Beyond loopback, anyone who knows a token can use the sandbox, with a warning.
   *
   * @defaultValue `'127.0.0.1'`
   */
  readonly hostname?: string | undefined;
  /** Host names under which the sandbox may be asked, besides those of loopback: that of a container, for example. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly sandbox?: Sandbox | undefined;
}

/** A sandbox that listens. */
export interface ServedSandbox {
  /** Base URL for `createContext`: `http://127.0.0.1:49152`. On loopback also if the sandbox listens on all addresses. */
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** Stops listening and breaks open connections. */
  close(): Promise<void>;
}

/**
 * Serves a sandbox over HTTP, on loopback unless told otherwise, with a page at `/` and control for programs in other
 * languages under `/_sandbox`. An `Err` of kind `connection` if it cannot listen.
 */
export const serveSandbox = (options?: ServeSandboxOptions): ResultAsync<ServedSandbox, LagConnectionError> =>
  new ResultAsync<ServedSandbox, LagConnectionError>(
    listen(options ?? {}).then(
      (served) => ok(served),
      (cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        return err(lagError('connection', `the sandbox cannot listen: ${reason}`, { cause }));
      },
    ),
  );

const DEFAULT_HOSTNAME = '127.0.0.1';

const listen = async (options: ServeSandboxOptions): Promise<ServedSandbox> => {
  const { port = 0, hostname = DEFAULT_HOSTNAME, allowedHosts = [], sandbox = createSandbox(options) } = options;
  // Node would listen on all addresses.
  if (!hostname) throw new Error('hostname is empty; leave it out for 127.0.0.1');
  const server = createServer(createListener(sandbox, hostname, allowedHosts));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostname, resolve);
  });
  const { address, port: openPort } = server.address() as AddressInfo; // What listens on a port has an address with one.
  if (!isLoopbackName(address))
    warningsOf(options)(
      `it listens on ${address}, beyond this machine: anyone in your network who knows a token can use it`,
    );
  return {
    url: `http://${urlHostOf(address)}:${openPort}`,
    port: openPort,
    sandbox,
    close: () =>
      new Promise((resolve) => {
        internalsOf(sandbox).warnUnmatchedFaults();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** The host of a URL for this machine: loopback for all addresses, because the client accepts http only there. */
const urlHostOf = (address: string): string => {
  if (address === '0.0.0.0' || address === '::') return DEFAULT_HOSTNAME;
  return address.includes(':') ? `[${address}]` : address;
};

const createListener = (sandbox: Sandbox, hostname: string, allowedHosts: readonly string[]) => {
  const { respond, subscribe } = internalsOf(sandbox);
  const guard = createGuard(hostname, allowedHosts);
  const control = createControl(sandbox, subscribe, guard);

  /** The API, the control API or the page, for whom the guard lets in. */
  const route = async (request: Request, incoming: IncomingMessage): Promise<Response> => {
    const { method = '', url: target = '', headers } = incoming;
    const reason = guard.reasonToRefuse({ method, target, headers });
    if (reason) return refusal(403, reason);
    const [path = ''] = target.split('?', 1);
    const isLocal = isLoopbackAddress(incoming.socket.remoteAddress);
    if (isPagePath(path)) return pageResponse(method, path, isLocal);
    const isControl = path === CONTROL_PATH || path.startsWith(`${CONTROL_PATH}/`);
    if (!isControl) return respond(request);
    return isLocal ? control(request) : refusal(403, `${CONTROL_PATH} answers only this machine`);
  };

  const answer = getRequestListener(
    async (request, { incoming, outgoing }) => {
      try {
        const response = await route(request, incoming as IncomingMessage); // The server speaks HTTP/1.
        if (!response.headers.has('transfer-encoding')) return response;
        await sendStream(response, outgoing as ServerResponse); // The server speaks HTTP/1.
      } catch {
        // A fault broke the connection.
        outgoing.destroy();
      }
      return RESPONSE_ALREADY_SENT;
    },
    {
      overrideGlobalObjects: false,
      // The request is not HTTP that has a URL.
      errorHandler: () => refusal(400, 'The request is malformed'),
    },
  );
  return (incoming: IncomingMessage, outgoing: ServerResponse) => void answer(incoming, outgoing);
};

/** A response to a request that never reaches the API, and so has no id of its own. */
const refusal = (status: number, message: string): Response =>
  errorResponse(status, message, { 'x-request-id': 'req_refused' });

/** Sends a body as it comes, and breaks the connection if the body breaks off. */
const sendStream = async ({ status, headers, body }: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(status, Object.fromEntries(headers)).flushHeaders();
  const stream = body as ReadableStream; // The global type and Node's are the same at run time.
  await pipeline(Readable.fromWeb(stream), outgoing);
};
