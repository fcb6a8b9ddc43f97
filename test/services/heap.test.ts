import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.js';

const run = promisify(execFile);

/** As in programs/hostile.ts. */
const CASES = [
  'a webhook of a million pieces of one byte',
  'an array-like of 300 million as the body of a webhook',
  'a poll of two million numbers',
  'polls of 10 000 events',
  'ids of 900 kB',
  'short ids in events of 60 kB',
  'an event of 200 MB',
  'a stream of a million pieces of one byte',
  'nine million characters between quotes',
  'ten thousand calls that wait',
  'a hundred thousand events of a room that hangs',
];

let program: string;
beforeAll(async () => {
  program = await bundle('programs/hostile.ts', 'node');
  const { stdout } = await run(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual(CASES);
});

test.each(CASES)('gets by with a heap of 128 MB under %s', async (name) => {
  const { stdout } = await run(process.execPath, ['--max-old-space-size=128', program, name], { timeout: 300_000 });
  expect(JSON.parse(stdout)).toEqual({ isRight: true });
});
