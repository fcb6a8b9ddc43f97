/** What a call counts as: a message counts as a request, too. */
export type CallKind = 'read' | 'message';

/** So many calls within a time. */
export interface Limit {
  readonly calls: number;
  readonly windowMs: number;
}

/** Lag's limit for all requests of a robot. */
export const REQUEST_LIMIT: Limit = { calls: 100, windowMs: 60_000 };

/** Lag's limit for the messages among them. */
export const MESSAGE_LIMIT: Limit = { calls: 10, windowMs: 10_000 };

/** How many messages fit into the window of all requests. */
export const MESSAGES_PER_REQUEST_WINDOW = (MESSAGE_LIMIT.calls * REQUEST_LIMIT.windowMs) / MESSAGE_LIMIT.windowMs;
