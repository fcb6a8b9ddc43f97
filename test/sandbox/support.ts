import { expect, onTestFinished } from 'vitest';
import { createManualClock, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox, type ServedSandbox, type ServeSandboxOptions } from '../../src/sandbox/node.js';
import { eventually } from '../support/eventually.js';

/** A sandbox on loopback for one test, on a clock that stands still unless another is given. */
export const serveForTest = async (options: ServeSandboxOptions = {}): Promise<ServedSandbox> => {
  const served = (await serveSandbox({ clock: createManualClock(), onWarning: () => {}, ...options }))._unsafeUnwrap();
  onTestFinished(() => served.close());
  return served;
};

export interface Ask {
  token?: string;
  method?: string;
  /** Sent as JSON. */
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** An answer as a third party's HTTP client sees it. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line typescript/no-explicit-any -- what any client makes of JSON
  json: any;
}

/** Plain `fetch`, with the credentials in the documented headers. */
export const asker =
  (url: string, fetch: typeof globalThis.fetch = globalThis.fetch) =>
  async (path: string, { token, method, json, body, headers, signal }: Ask = {}): Promise<Reply> => {
    const payload = json === undefined ? body : JSON.stringify(json);
    const response = await fetch(url + path, {
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      headers: {
        accept: 'application/json',
        ...(token && { authorization: `${token.startsWith('lag_robot_') ? 'Robot' : 'Bearer'} ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  };

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The path of the room messages that most tests are about. */
export const messagesPath = ({ ids }: Pick<Sandbox, 'ids'>): string =>
  `/servers/${ids.server}/rooms/${ids.rooms.general}/messages`;

/** A promise's state, asked for when all that is due has run. */
export const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  const tick = new Promise((resolve) => setImmediate(() => resolve(pending)));
  return (await Promise.race([promise.catch(() => {}), tick])) === pending;
};

/** A served sandbox, and what a client needs to ask it. */
export const startPlain = async () => {
  const { url, sandbox } = await serveForTest();
  return { sandbox, ask: asker(url), ...sandbox, messages: messagesPath(sandbox), url };
};

/** A served sandbox, and what tests of robots need of it. */
export const startForRobots = async (options: ServeSandboxOptions = {}) => {
  const { url, sandbox } = await serveForTest(options);
  const ask = asker(url);
  const messages = messagesPath(sandbox);
  return {
    ...sandbox,
    sandbox,
    url,
    ask,
    messages,
    say: (content: string, token: string = sandbox.tokens.ada) => ask(messages, { token, json: { content } }),
    poll: (token: string = sandbox.tokens.robot, signal?: AbortSignal) =>
      ask('/robots/@me/events/poll', { token, ...(signal && { signal }) }),
    /** Resolves when the sandbox has as many requests as that. */
    arrived: (count: number) => eventually(() => expect(sandbox.requests.length).toBe(count)),
  };
};

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
};

/** Expects the documented error response. */
export const expectError = (reply: Reply, status: number): void => {
  expect(reply.json).toEqual({
    error: STATUS_NAMES[status],
    message: expect.stringMatching(/./),
    statusCode: status,
  });
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
  expect(reply.headers.get('x-request-id')).toMatch(/./);
};
