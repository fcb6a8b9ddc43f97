import { createContext, createContextWith } from '../../src/context.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import { transportSuite } from './transport-suite.js';

transportSuite('the default transport', createContext);
transportSuite('fetchTransport', (token, options) => createContextWith(fetchTransport(), token, options));
