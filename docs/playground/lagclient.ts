// What `import … from 'lagclient'` is in the playground: the package, whose contexts tell what they do.
import * as lag from 'lagclient';
import { traceCalls, traceFetch, traceTransport } from './trace.js';

export * from 'lagclient';

const traced = (options: lag.ContextOptions | undefined): lag.ContextOptions => ({
  ...options,
  middleware: [...(options?.middleware ?? []), traceCalls],
});

export const createContext = ((token: string, options?: lag.ContextOptions) => {
  const { transport, fetch, ...rest } = traced(options);
  return lag.createContext(token, {
    ...rest,
    ...(transport
      ? { transport: traceTransport(transport) }
      : { fetch: traceFetch(() => fetch ?? ((url, init) => globalThis.fetch(url, init))) }),
  });
}) as typeof lag.createContext;
