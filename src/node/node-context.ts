import { createContextWith, type ContextFor, type TransportContextOptions } from '../context.js';
import { undiciTransport, type UndiciTransportOptions } from './undici-transport.js';

/** Options of `createNodeContext`. */
export interface NodeContextOptions extends TransportContextOptions, UndiciTransportOptions {}

/**
 * Makes a context over undici: `createContextWith(undiciTransport(options), token, options)`. Its idle sockets do not keep
 * the process alive; to close them sooner, make the transport yourself and call its `close()`.
 * Never throws: with a malformed token or option every call answers `invalid_token` or `invalid_input`.
 */
export function createNodeContext<const Token extends string>(
  token: Token,
  options?: NodeContextOptions,
): ContextFor<Token> {
  return createContextWith(undiciTransport(options), token, options);
}
