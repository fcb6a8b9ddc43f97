import { createContext, type ContextFor, type ContextOptions } from '../../src/context.js';
import type { LagTransportRequest } from '../../src/pipeline/transport.js';
import { fetchTransport, type FetchLike } from '../../src/transports/fetch.js';
import { USER_TOKEN } from './samples.js';
import { transportOf } from './transports.js';

/** The token of a context that names none; typed as one that may be a user's or a robot's. */
const ANY_TOKEN: string = USER_TOKEN;

/** A context whose requests go to a server at this URL. */
export const contextAt = <const Token extends string = string>(
  baseUrl: string,
  options: ContextOptions = {},
  token = ANY_TOKEN as Token,
): ContextFor<Token> => createContext(token, { baseUrl, ...options });

/** A context whose requests go to a function of the test, through a transport of its own. */
export const contextOver = <const Token extends string = string>(
  fetch: FetchLike,
  options: ContextOptions = {},
  token = ANY_TOKEN as Token,
): ContextFor<Token> => createContext(token, { transport: fetchTransport({ fetch }), ...options });

/** The two ways to hand a function to a context: as its `fetch`, and as a transport of its own. */
export const contextsOver = <const Token extends string = string>(
  fetch: FetchLike,
  options: ContextOptions = {},
  token = ANY_TOKEN as Token,
): readonly [ContextFor<Token>, ContextFor<Token>] => [
  createContext(token, { fetch, ...options }),
  contextOver(fetch, options, token),
];

/** A context over a transport that answers as `respond` says; it may break the contract. */
export const contextOverTransport = (
  respond: (request: LagTransportRequest) => unknown,
  options: ContextOptions = {},
): ContextFor<string> => createContext(ANY_TOKEN, { transport: transportOf(respond), ...options });
