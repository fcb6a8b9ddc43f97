import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import { createContext, createContextWith, type Context, type TransportContextOptions } from '../../src/context.js';
import { undiciTransport } from '../../src/node/undici-transport.js';
import { fetchTransport } from '../../src/pipeline/fetch-transport.js';

type MakeContext = (token: string, options: TransportContextOptions) => Context;

/** Every transport there is, under the pipeline. */
export const TRANSPORTS: readonly (readonly [string, MakeContext])[] = [
  ['the default transport', createContext],
  ['fetchTransport', (token, options) => createContextWith(fetchTransport(), token, options)],
  [
    'undiciTransport',
    (token, options) => {
      const dispatcher = new Agent();
      // Not closed, which would wait for connections that are still to stand.
      onTestFinished(() => dispatcher.destroy());
      return createContextWith(undiciTransport({ dispatcher }), token, options);
    },
  ],
];
