// What `import … from 'lagclient'` is in the playground: the package, whose contexts tell what they do.
import * as lag from 'lagclient';
import { traceCalls, traceFetch, traceTransport } from './trace.js';

export * from 'lagclient';

const traced = <Options extends lag.TransportContextOptions>(options: Options | undefined): Options =>
  ({ ...options, middleware: [...(options?.middleware ?? []), traceCalls] }) as unknown as Options;

export const createContext = ((token: string, options?: lag.ContextOptions) =>
  lag.createContext(token, {
    ...traced(options),
    fetch: traceFetch(() => options?.fetch ?? ((url, init) => globalThis.fetch(url, init))),
  })) as typeof lag.createContext;

export const createContextWith = ((transport: lag.Handler, token: string, options?: lag.TransportContextOptions) =>
  lag.createContextWith(
    typeof transport === 'function' ? traceTransport(transport) : transport,
    token,
    traced(options),
  )) as typeof lag.createContextWith;
