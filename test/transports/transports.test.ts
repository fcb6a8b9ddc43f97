import { createContext } from '../../src/context.js';
import { transportSuite } from './transport-suite.js';

transportSuite('the default transport', createContext);
transportSuite('fetchTransport', (token, options) => createContext(token, options));
