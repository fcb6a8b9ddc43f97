import type { FetchLike, LagMiddleware, LagTransport } from 'lagclient';
import type { FromWorker } from './messages.js';

// A call is known by a header that never leaves the worker.
const HEADER = 'x-playground-call';

let calls = 0;
let tell: (message: FromWorker) => void = () => {};
const startedAt = new Map<number, number>();

/** Says where the trace goes. */
export const traceTo = (listener: typeof tell): void => {
  tell = listener;
};

/** Tells of each call and its Result. */
export const traceCalls: LagMiddleware = (next) => async (request) => {
  const call = ++calls;
  startedAt.set(call, performance.now());
  tell({ type: 'call', call, method: request.method, path: request.path });
  const result = await next({ ...request, headers: { ...request.headers, [HEADER]: String(call) } });
  const [ok, text] = result.isOk() ? [true, `Ok ${result.value.status}`] : [false, `Err ${result.error.kind}`];
  tell({ type: 'result', call, ok, text });
  return result;
};

/** Tells of each request that goes through this `fetch`. */
export const traceFetch =
  (send: () => FetchLike): FetchLike =>
  async (url, init) => {
    const headers = new Headers(init.headers);
    const call = Number(headers.get(HEADER));
    headers.delete(HEADER);
    const began = performance.now();
    const finish = (response?: Response): void => attempt(call, began, response?.status ?? 0);
    try {
      const response = await send()(url, { ...init, headers });
      finish(response);
      return response;
    } catch (thrown) {
      finish();
      throw thrown;
    }
  };

/** Tells of each request that goes through this transport. */
export const traceTransport = (transport: LagTransport): LagTransport => ({
  send: async (request) => {
    const { [HEADER]: call, ...headers } = request.headers;
    if (!call) return transport.send(request);
    const began = performance.now();
    const result = await transport.send({ ...request, headers });
    attempt(Number(call), began, result.isOk() ? result.value.status : 0);
    return result;
  },
});

/** Whether the last request met a fault: the sandbox says so when it logs it. */
export const lastRequest = { faulty: false };

const attempt = (call: number, began: number, status: number): void => {
  if (!call) return;
  const after = began - (startedAt.get(call) ?? began);
  tell({
    type: 'attempt',
    call,
    status,
    faulty: lastRequest.faulty || status === 0,
    ms: performance.now() - began,
    after,
  });
};
