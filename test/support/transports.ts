import { ok, type Result } from 'neverthrow';
import type {
  LagTransport,
  LagTransportFailure,
  LagTransportRequest,
  LagTransportResponse,
} from '../../src/pipeline/transport.js';

type Sent = Result<LagTransportResponse, LagTransportFailure>;

/** A transport that answers as `respond` says; it may break the contract. */
export const transportOf = (respond: (request: LagTransportRequest) => unknown): LagTransport => ({
  // The pipeline has to take whatever a transport of somebody else returns.
  send: (request) => respond(request) as PromiseLike<Sent>,
});

/** What a transport resolves with: a response with this body. */
export const respondWith = (body: LagTransportResponse['body'], status = 200, headers: HeadersInit = {}): Sent =>
  ok({ status, headers: new Headers(headers), body });
