import { runSuite } from './suite.mjs';

// For a browser: `report` is put there from outside.
globalThis.conformance = (config) => runSuite(config, (row) => globalThis.report(JSON.stringify(row)));
