import { bundler, edgeFunction, viteInChromium, withoutNode, worker } from './consumers/bundlers.mjs';
import { declarations } from './consumers/declarations.mjs';
import { ownNeverthrow } from './consumers/neverthrow.mjs';
import { command, installed, jsr } from './consumers/package.mjs';
import { inBun, inDeno, plainNode, withUndici } from './consumers/runtimes.mjs';
import { node10, types } from './consumers/types.mjs';

const NODES = [20, 22, 24, 26];
const TYPESCRIPTS = ['5.5', '5.9', '6', '7'];
const EITHER = ['DOM', '@types/node'];

/** What is made of the tarball. Each throws where it fails, or says why it was skipped. */
export const consumers = [
  installed,
  ...NODES.map(plainNode),
  withUndici,
  // The oldest that the package accepts with all of the types it needs, and the newest.
  ...['8.1.1', '8'].map(ownNeverthrow),
  inBun,
  inDeno,
  command,
  withoutNode,
  ...['esbuild', 'rollup', 'webpack'].map(bundler),
  viteInChromium,
  worker,
  edgeFunction,
  jsr,
  ...TYPESCRIPTS.flatMap((version) => ['nodenext', 'bundler'].map((resolution) => types(version, resolution, EITHER))),
  types('7', 'bundler', ['DOM and @types/node', '@cloudflare/workers-types', 'none of them but skipLibCheck']),
  node10,
  ...TYPESCRIPTS.map(declarations),
];
