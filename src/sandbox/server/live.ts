import type { SandboxRequest } from '../control/request-log.js';

/** Calls the listener after each request. Returns a function that stops it. */
export type Subscribe = (listener: (request: SandboxRequest) => void) => () => void;

/** A stream of server-sent events: each request as it is answered. */
export const liveResponse = (subscribe: Subscribe, signal: AbortSignal): Response => {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      send(': connected\n\n');
      const unsubscribe = subscribe((request) => {
        // A client that does not read its events gets no more of them.
        if ((controller.desiredSize ?? 0) > -MAX_QUEUED_EVENTS) send(`data: ${JSON.stringify(request)}\n\n`);
      });
      stop = () => {
        unsubscribe();
        signal.removeEventListener('abort', abandon);
      };
      const abandon = () => {
        stop();
        controller.error(signal.reason);
      };
      signal.addEventListener('abort', abandon);
      if (signal.aborted) abandon();
    },
    cancel: () => stop(),
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked' },
  });
};

const MAX_QUEUED_EVENTS = 1000;
