// Serves a Worker with Durable Objects and a queue, until its standard input ends. Runs on Node 22.
import { readFileSync } from 'node:fs';
import { Miniflare } from 'miniflare';

const miniflare = new Miniflare({
  cf: false,
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: readFileSync(process.argv[2], 'utf8') }],
  compatibilityDate: '2026-07-01',
  ...JSON.parse(process.argv[3]),
});
console.log((await miniflare.ready).href);
process.stdin.resume();
process.stdin.on('end', () => void miniflare.dispose().then(() => process.exit()));
