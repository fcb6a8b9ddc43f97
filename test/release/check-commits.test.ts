import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/check-commits.mjs');

/** Makes a repository with one commit for each message, and checks all but the first. */
const check = (...messages: string[]) => {
  const cwd = mkdtempSync(join(tmpdir(), 'lagclient-commits-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const identity = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const env = { ...process.env, ...identity, GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.com' };
  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '-m', 'base');
  const base = git('rev-parse', 'HEAD');
  for (const message of messages) git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '-m', message);
  return spawnSync(process.execPath, [script, `${base}..HEAD`], { cwd, env, encoding: 'utf8' });
};

const WHY = 'A reset connection leaves it open whether the server acted.';

test('accepts a subject of 72 characters with a body', () => {
  const { status, stdout } = check(`Retry ${'x'.repeat(66)}\n\n${WHY}\n`);
  expect(stdout).toBe('1 commits checked, 0 with problems\n');
  expect(status).toBe(0);
});

test.each([
  ['a subject of 73 characters', `Retry ${'x'.repeat(67)}\n\n${WHY}`, 'the subject has 73 characters'],
  ['a commit without a body', 'Retry a GET after a reset', 'the body is missing'],
  ['a body of trailers only', 'Retry a GET\n\nCo-authored-by: B <b@example.com>', 'the body is missing'],
  ['a body right below the subject', `Retry a GET\n${WHY}\n${WHY}`, 'an empty line must follow'],
  ['a subject that ends with a full stop', `Retry a GET.\n\n${WHY}`, 'ends with a full stop'],
  ['a subject in lower case', `retry a GET\n\n${WHY}`, 'capital letter'],
  ['a commit that awaits squashing', `fixup! Retry a GET\n\n${WHY}`, 'unfinished'],
])('rejects %s', (_, message, problem) => {
  const { status, stderr } = check(`Retry a GET\n\n${WHY}`, message);
  expect(stderr).toContain(problem);
  expect(status).toBe(1);
});

test('without a range it says how it is used', () => {
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toMatch(/^Usage: /);
  expect(status).toBe(2);
});
