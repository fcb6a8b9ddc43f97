import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { renewError, type LagError } from '../errors.js';
import { invalidInput, ownFields, toInvalidInput } from '../invalid-input.js';
import type { LagResult } from '../pipeline/types.js';
import type { LagTransport, LagTransportFailure } from '../pipeline/transport.js';
import { dispatchRequest } from './dispatch-request.js';
import { openPool, type Pool, type UndiciTransportOptions } from './pool.js';

export type { UndiciTransportOptions } from './pool.js';

/** A transport that keeps sockets open between calls. An idle socket does not keep the process alive. */
export interface UndiciTransport extends LagTransport {
  /**
   * Waits until the calls in flight have ended, then closes the sockets. A later call is an `invalid_input` error.
   *
   * Transports without options share their sockets: the last of them to be closed closes those. Your own `dispatcher`
   * stays open.
   */
  readonly close: () => LagResult<void>;
}

/**
 * A transport over undici's `dispatch`, the fastest one in Node: `createContext(token, { transport: undiciTransport() })`.
 *
 * `undici` 7 or 8 must be installed beside this package. Without options, all transports of a process share one pool of
 * sockets. The transport asks for no compression, and decompresses responses when `headers` of the context ask for it.
 */
export function undiciTransport(options?: UndiciTransportOptions): UndiciTransport {
  const opened = open(options);
  let pool: Pool | undefined;
  void opened.then((result) => (pool = result.isOk() ? result.value : undefined));
  let inFlight = 0;
  let closing: Promise<Result<void, LagError>> | undefined;
  let onIdle: (() => void) | undefined;

  const finish = (): void => {
    inFlight--;
    if (inFlight === 0) onIdle?.();
  };
  const refuse = (cause: Error): Result<never, LagTransportFailure> => {
    finish();
    return err({ progress: 'refused', cause });
  };
  const close = async (): Promise<Result<void, LagError>> => {
    const result = await opened;
    if (result.isErr()) return err(renewError(result.error, {}));
    if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
    await result.value.release();
    return ok(undefined);
  };

  return {
    send: (request) => {
      inFlight++;
      if (closing) return Promise.resolve(refuse(invalidInput('the transport is closed')));
      // Not awaited once it is open, because each turn of the event loop counts.
      if (pool) return dispatchRequest(pool, request, finish);
      return opened.then((result) =>
        result.isOk() ? dispatchRequest(result.value, request, finish) : refuse(result.error),
      );
    },
    close: () => new ResultAsync((closing ??= close())),
  };
}

const open = async (options: UndiciTransportOptions | undefined): Promise<Result<Pool, LagError>> => {
  try {
    return ok(await openPool(ownFields(options)));
  } catch (thrown) {
    return err(toInvalidInput(thrown, 'the options cannot be read'));
  }
};
