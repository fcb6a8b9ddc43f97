// What an import costs a fresh process over an empty module. Rounds are interleaved, each against the empty module of
// the same round.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, withFolder } from './measure.mjs';

const IMPORTS = {
  'an empty module': '',
  '`createContext, sendRoomMessage` from `lagclient`': `import { createContext, sendRoomMessage } from 'lagclient'`,
  '`sendRoomMessage` from `lagclient/room-messages`': `import { sendRoomMessage } from 'lagclient/room-messages'`,
  '`undiciTransport` from `lagclient/node`': `import { undiciTransport } from 'lagclient/node'`,
  'the same, and undici loaded': `import { undiciTransport } from 'lagclient/node'; import 'undici'`,
};

const start = (file) => {
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', file], { encoding: 'utf8' });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(stderr);
  return { ...JSON.parse(stdout), wallMs };
};

// Since the start of the process; what is kept, and what is there before the first collection.
const REPORT = `
const importMs = performance.now();
const { user, system } = process.cpuUsage();
const heapKb = process.memoryUsage().heapUsed / 1000;
gc();
const keptKb = process.memoryUsage().heapUsed / 1000;
console.log(JSON.stringify({ importMs, cpuMs: (user + system) / 1000, heapKb, keptKb }));
`;

/** `{ [what]: { importMs, cpuMs, wallMs, heapKb, keptKb } }`: those of the empty module, and what each other one adds to them. */
export const benchColdStart = ({ rounds }) =>
  withFolder((folder) => {
    const files = Object.entries(IMPORTS).map(([name, statement], index) => {
      const file = join(folder, `${index}.mjs`);
      writeFileSync(file, `${statement};${REPORT}`);
      return { name, file, samples: [] };
    });
    for (let round = -1; round < rounds; round++)
      for (const { file, samples } of files) {
        const sample = start(file);
        // The first round fills the file cache.
        if (round >= 0) samples.push(sample);
      }
    const empty = files[0].samples;
    const over = (samples) =>
      Object.fromEntries(
        Object.keys(empty[0]).map((key) => [
          key,
          median(samples.map((sample, round) => sample[key] - (samples === empty ? 0 : empty[round][key]))),
        ]),
      );
    return Object.fromEntries(files.map(({ name, samples }) => [name, over(samples)]));
  });
