import type { LagError } from '../errors.js';
import type { RobotEvent } from '../models/robot-events.js';

/** What a connection tells the listener that opened it. */
export type ConnectionStep =
  /** The server has accepted the connection. */
  | { readonly kind: 'open' }
  | { readonly kind: 'events'; readonly events: readonly RobotEvent[] }
  /** The server named a position, which the next connection resumes from, without an event. */
  | { readonly kind: 'position'; readonly id: string }
  /** The server sent an event that cannot be read; `id` is its id, as far as known. */
  | { readonly kind: 'skipped'; readonly id: string; readonly error: LagError }
  /** The connection has ended. */
  | {
      readonly kind: 'failed';
      readonly error: LagError;
      /** The server asks to wait for so long. */
      readonly minDelayMs?: number;
      /** Whether the server asks not to connect again. */
      readonly isFinal?: boolean;
    };

export interface ConnectionOptions {
  /** Ends the connection. */
  readonly signal: AbortSignal;
  /** Where to resume. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Opens a connection. A poll is a connection that ends without a failure. */
export type Connect = (options: ConnectionOptions) => AsyncIterable<ConnectionStep>;
