import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import { createContext, type LagContext, type ContextOptions } from '../../src/context.js';
import { undiciTransport } from '../../src/node/undici-transport.js';

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

type MakeContext = (token: string, options: ContextOptions) => LagContext;

/** Every transport there is, under the pipeline. */
export const TRANSPORTS: readonly (readonly [string, MakeContext])[] = [
  ['the default transport', createContext],
  ['fetchTransport', (token, options) => createContext(token, options)],
  [
    'undiciTransport',
    (token, options) =>
      createContext(token, { ...options, transport: undiciTransport({ dispatcher: dispatcherOfTest() }) }),
  ],
];
