import { inspect } from 'node:util';
import { runSuite } from './suite.mjs';

// For Node, Bun and Deno: unbundled, out of node_modules. What the cases print is shown hidden fields and all, too.
const print = console.error;
console.error = (thing) => print(thing, inspect(thing, { depth: null, showHidden: true }));

await runSuite(JSON.parse(process.env.CONFORMANCE), (row) => console.log(JSON.stringify(row)));
