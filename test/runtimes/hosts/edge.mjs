import { readFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';

// `node edge.mjs <bundle>`: gives the bundle one request, whose body comes on standard input, and prints its answer.
// As on the platform, `process.env` is there and the rest of `process` is not.
const body = readFileSync(0, 'utf8');
const vm = new EdgeVM({
  initialCode: readFileSync(process.argv[2], 'utf8'),
  extend: (context) => Object.assign(context, { process: { env: { ...process.env } } }),
});
const response = await vm.dispatchFetch('https://edge.example/', { method: 'POST', body });
process.stdout.write(await response.text());
