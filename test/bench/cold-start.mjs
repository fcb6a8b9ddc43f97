// What an import costs a fresh process over an empty module. Rounds are interleaved, each against the empty module of
// the same round.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

const IMPORTS = {
  'an empty module': '',
  '`createContext, sendRoomMessage` from `lagclient`': `import { createContext, sendRoomMessage } from 'lagclient'`,
  '`sendRoomMessage` from `lagclient/room-messages`': `import { sendRoomMessage } from 'lagclient/room-messages'`,
  '`createNodeContext` from `lagclient/node`': `import { createNodeContext } from 'lagclient/node'`,
  'the same, and undici loaded': `import { createNodeContext } from 'lagclient/node'; import 'undici'`,
};

const start = (statement) => {
  // From the start of the process to the end of the imports, and from its spawn to its end.
  const source = `${statement};
    const importMs = performance.now();
    console.log(JSON.stringify({ importMs, heapKb: process.memoryUsage().heapUsed / 1000 }));`;
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    encoding: 'utf8',
  });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(stderr);
  return { ...JSON.parse(stdout), wallMs };
};

/** `{ [what]: { importMs, wallMs, heapKb } }`: those of the empty module, and what each other one adds to them. */
export const benchColdStart = ({ rounds }) => {
  const names = Object.keys(IMPORTS);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const name of names) {
      const sample = start(IMPORTS[name]);
      // The first round fills the file cache.
      if (round >= 0) samples[name].push(sample);
    }
  const [empty] = names;
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        ['importMs', 'wallMs', 'heapKb'].map((key) => [
          key,
          median(samples[name].map((sample, round) => sample[key] - (name === empty ? 0 : samples[empty][round][key]))),
        ]),
      ),
    ]),
  );
};
