import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { serveForTest } from '../support.js';

// A sandbox driven by programs that know nothing of JavaScript: reset, faults, the clock and a robot with an event stream.

const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

const run = async (command: string, script: string) => {
  const { url } = await serveForTest();
  const child = spawn(command, [`test/sandbox/server/scripts/${script}`], {
    env: { ...process.env, LAG_BASE_URL: url, no_proxy: '*' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code, output };
};

test.runIf(isInstalled('python3'))('a Python script drives a scenario with urllib', async () => {
  expect(await run('python3', 'scenario.py')).toEqual({ code: 0, output: 'the scenario works\n' });
});

test.runIf(isInstalled('curl'))('a shell script drives a scenario with curl', async () => {
  expect(await run('sh', 'scenario.sh')).toEqual({ code: 0, output: 'the scenario works\n' });
});
