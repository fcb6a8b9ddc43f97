import type { Context, Hono } from 'hono';
import type { LogEntry, RequestLog } from '../control/request-log.js';
import { refuse } from '../world/refusal.js';

/** What routes get besides the request. */
export interface RouteBindings {
  readonly log: RequestLog;
  /** The request's entry in the log. */
  readonly entry: LogEntry;
}

interface RouteEnv {
  Bindings: RouteBindings;
}

export type Api = Hono<RouteEnv>;

export type RouteContext = Context<RouteEnv>;

export type RouteResponse = Response | Promise<Response>;

/** A parameter of the route's path. */
export const param = (c: RouteContext, name: string): string =>
  c.req.param(name) ?? refuse(500, `The sandbox has no parameter ${name} on this route`);

/** A parameter of the query; 400 if it is missing or blank. */
export const requireQuery = (c: RouteContext, name: string): string =>
  c.req.query(name)?.trim() || refuse(400, `query.${name}: must not be empty`);
