import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import { createContext, createContextWith, type Context, type TransportContextOptions } from '../../src/context.js';
import { undiciTransport } from '../../src/node/undici-transport.js';
import { fetchTransport } from '../../src/transports/fetch.js';

/** The sockets of one test; a context of its own has none of its own. */
let dispatcher: Agent | undefined;

const dispatcherOfTest = (): Agent => {
  if (dispatcher) return dispatcher;
  const agent = new Agent();
  onTestFinished(async () => {
    dispatcher = undefined;
    // Not closed, which would wait for connections that are still to stand.
    await agent.destroy();
  });
  return (dispatcher = agent);
};

type MakeContext = (token: string, options: TransportContextOptions) => Context;

/** Every transport there is, under the pipeline. */
export const TRANSPORTS: readonly (readonly [string, MakeContext])[] = [
  ['the default transport', createContext],
  ['fetchTransport', (token, options) => createContextWith(fetchTransport(), token, options)],
  [
    'undiciTransport',
    (token, options) => createContextWith(undiciTransport({ dispatcher: dispatcherOfTest() }), token, options),
  ],
];
