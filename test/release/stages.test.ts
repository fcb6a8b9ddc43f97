import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// .ci/run in a folder where each check only says that it ran.

const root = join(import.meta.dirname, '../..');
const CHECKS = `
  const [name] = process.argv.slice(2);
  if (name === '--list') console.log('good\\nbad\\nlast');
  else console.log('this is ' + name);
  process.exitCode = name === 'bad' ? 1 : 0;`;

describe.skipIf(process.platform === 'win32')('.ci/run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lagclient-stages-'));
    for (const path of ['.ci', 'test/checks', 'node_modules']) mkdirSync(join(folder, path), { recursive: true });
    cpSync(join(root, '.ci/run'), join(folder, '.ci/run'));
    writeFileSync(join(folder, 'test/checks/check.mjs'), CHECKS);
    writeFileSync(join(folder, 'package.json'), '{"scripts":{"check":"node test/checks/check.mjs"}}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('bash', ['.ci/run', ...args], { cwd: folder, encoding: 'utf8' });
    return { status, stdout, stderr, last: stdout.trimEnd().split('\n').at(-1) };
  };

  test('lists its stages: README’s test command first, then each check, and the long ones last', () => {
    expect(run('--list').stdout.trimEnd().split('\n')).toEqual([
      'test',
      'good',
      'bad',
      'last',
      'signatures',
      'rehearsal',
      'quirks',
      'services',
      'runtimes',
      'react',
      'site',
    ]);
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('npm ci && npm test');
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('npm ci && npm test');
  });

  test('runs one stage alone, and prints how long it took', () => {
    const { status, stdout, last } = run('good');
    expect(stdout).toContain('this is good');
    expect(stdout).toMatch(/^✔ good +\d+ s$/m);
    expect(stdout).not.toContain('this is last');
    expect(last).toBe('1 passed, 0 failed, 0 skipped');
    expect(status).toBe(0);
  });

  test('goes on after a stage that fails, and fails at the end', () => {
    const { status, stdout, last } = run('good', 'bad', 'last');
    expect(stdout).toContain('this is last');
    expect(stdout).toMatch(/^✘ bad +\d+ s$/m);
    expect(last).toBe('2 passed, 1 failed, 0 skipped');
    expect(status).toBe(1);
  });

  test('leaves out the stages that it is told to', () => {
    const { status, stdout, last } = run('--except=test,bad,signatures,rehearsal,quirks,services,runtimes,react,site');
    expect(stdout).toContain('this is good');
    expect(stdout).toContain('this is last');
    expect(last).toBe('2 passed, 0 failed, 0 skipped');
    expect(status).toBe(0);
  });

  test('counts a stage that cannot run here as skipped, and says why', () => {
    const { status, stdout, last } = run('services');
    expect(stdout).toContain('package.json has no script test:services');
    expect(last).toBe('0 passed, 0 failed, 1 skipped');
    expect(status).toBe(0);
  });

  test('fails when the script of a stage fails', () => {
    writeFileSync(join(folder, 'package.json'), '{"scripts":{"test:services":"exit 3"}}');
    expect(run('services')).toMatchObject({ status: 1, last: '0 passed, 1 failed, 0 skipped' });
  });

  test.each([['nothing'], ['--except=nothing']])('refuses %s, which is no stage', (argument) => {
    const { status, stderr } = run(argument);
    expect(stderr).toContain('there is no stage nothing; there are: test good bad');
    expect(status).toBe(2);
  });
});
