import { createFetch, ofetch } from 'ofetch';
import { createContext } from '../../src/context.js';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { transportSuite } from './transport-suite.js';

transportSuite('fetchTransport', createContext);
transportSuite('ofetchTransport', (token, options) =>
  createContext(token, { ...options, transport: ofetchTransport() }),
);

const own = ofetch.create({ retry: 3, retryDelay: 1, timeout: 1, onRequest: () => {}, onResponse: () => {} });
transportSuite('ofetchTransport with an instance of the user', (token, options) =>
  createContext(token, { ...options, transport: ofetchTransport(own) }),
);

// Nuxt makes its `$fetch` so, from an ofetch of its own.
const { raw } = createFetch({ fetch: globalThis.fetch, Headers, AbortController });
transportSuite('ofetchTransport with a $fetch of its own class', (token, options) =>
  createContext(token, { ...options, transport: ofetchTransport(Object.assign(ofetch.create({}), { raw })) }),
);
