import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import pkg from '../../package.json' with { type: 'json' };

// What a contributor and GitHub read besides the workflows.

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
const lockfiles = tracked.filter((path) => path.endsWith('package-lock.json'));

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

const forms = readdirSync(join(root, '.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');

test.each(forms)('GitHub accepts the issue form %s', (name) => {
  const { body, ...form } = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as Form;
  expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
  const fields = body.filter(({ type }) => type !== 'markdown');
  expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  for (const { type, id, attributes } of fields) {
    expect(['checkboxes', 'dropdown', 'input', 'textarea']).toContain(type);
    expect(id).toMatch(/^[a-z][\w-]*$/);
    expect(attributes).toMatchObject({ label: expect.any(String) });
    // YAML 1.1 reads a bare No as a boolean, and GitHub then refuses the form.
    if (type === 'dropdown')
      for (const option of attributes['options'] as unknown[]) expect(option).toBeTypeOf('string');
  }
});

test('the program that the bug form starts from runs against the sandbox', async () => {
  const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml')) as Form;
  const program = body.find(({ id }) => id === 'reproduction')!.attributes['value'] as string;
  const modules = {
    lagclient: await import('../../src/index.js'),
    'lagclient/sandbox': await import('../../src/sandbox/index.js'),
  };
  const printed: unknown[] = [];
  const body_ = program
    .replace(/^import (.*) from '(.*)';$/gm, (_, names: string, name: string) => `const ${names} = modules['${name}'];`)
    .replace(/^/, 'return (async () => {\n')
    .concat('\n})();');
  // oxlint-disable-next-line typescript/no-implied-eval -- The program is text in a form.
  await (new Function('modules', 'console', body_)(modules, {
    log: (value: unknown) => printed.push(value),
  }) as Promise<void>);
  expect(printed).toEqual([expect.objectContaining({ value: expect.objectContaining({ content: 'hi' }) })]);
});

test('every lockfile is covered by the update bot', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as { updates: { directories?: string[] }[] };
  const covered = updates.flatMap(({ directories = [] }) => directories);
  expect(covered.toSorted()).toEqual(lockfiles.map((path) => posix.join('/', posix.dirname(path))).toSorted());
});

test.each(lockfiles)('%s names no host, and has a checksum for every package', (path) => {
  const { packages } = JSON.parse(read(path)) as {
    packages: Record<string, { link?: boolean; resolved?: string; integrity?: string }>;
  };
  const unchecked = Object.entries(packages)
    // A folder of this repository has no checksum.
    .filter(
      ([name, { link, resolved, integrity }]) => name && !name.startsWith('..') && !link && (resolved || !integrity),
    )
    .map(([name]) => name);
  expect(Object.keys(packages).length).toBeGreaterThan(1);
  expect(unchecked).toEqual([]);
});

test('code owners are named for every path that decides what is published', () => {
  const lines = read('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));
  expect(lines[0]![0]).toBe('*');
  for (const [path, ...owners] of lines) {
    expect(owners.length).toBeGreaterThan(0);
    for (const owner of owners) expect(owner).toMatch(/^@[\w-]+(\/[\w-]+)?$/);
    if (path !== '*') expect(tracked.some((file) => `/${file}`.startsWith(path!))).toBe(true);
  }
});

test('CONTRIBUTING explains every check', () => {
  const names = execFileSync(process.execPath, ['test/checks/check.mjs', '--list'], { cwd: root, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  const contributing = read('CONTRIBUTING.md');
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !contributing.includes(`| \`${name}\` `))).toEqual([]);
});

test('CONTRIBUTING explains every alias and every override in package.json', () => {
  const contributing = read('CONTRIBUTING.md');
  const aliases = Object.entries(pkg.devDependencies).filter(([, range]) => range.startsWith('npm:'));
  const names = [...aliases.map(([alias]) => alias), ...Object.keys(pkg.overrides)];
  expect(names.filter((name) => !contributing.includes(`| \`${name}\` `))).toEqual([]);
});
