import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };

// The scripts that keep versions in agreement, each in a folder with what it reads. test/release/rehearsal.mjs runs them
// in their order.

const root = join(import.meta.dirname, '../..');
const COPIED = [
  'package.json',
  'jsr.json',
  'CHANGELOG.md',
  '.changeset',
  'src',
  'docs/examples/deno-deploy',
  'docs/public',
];

/** A copy of what the scripts read, in which files can be changed. */
const copy = () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lagclient-versions-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  for (const path of COPIED) cpSync(join(root, path), join(cwd, path), { recursive: true });
  const read = (path: string): string => readFileSync(join(cwd, path), 'utf8');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const change = (path: string, from: string | RegExp, to: string): void => {
    const changed = read(path).replace(from, to);
    expect(changed).not.toBe(read(path));
    write(path, changed);
  };
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts/release', script), ...args], { cwd, encoding: 'utf8' });
  return { read, write, change, run };
};

test('jsr.json and every other file with the version agree with package.json', () => {
  const { status, stderr } = copy().run('sync.mjs', '--check');
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test.each([
  ['a range of jsr.json', 'jsr.json', /npm:valibot@[^"]+/, 'npm:valibot@1.5.0'],
  ['the version in jsr.json', 'jsr.json', /"version": "[^"]+"/, '"version": "9.9.9"'],
  ['an entry of jsr.json', 'jsr.json', './src/operations/users.ts', './src/operations/user.ts'],
  ['an import that jsr.json lacks', 'src/index.ts', /^/, `import 'yaml'; export { parse } from 'yaml';\n`],
  ['the version in the source', 'src/version.ts', /VERSION = '[^']+'/, `VERSION = '9.9.9'`],
  [
    'the version in the description of the sandbox',
    'docs/public/sandbox-openapi.json',
    /"version": "[^"]+"/,
    '"version": "9"',
  ],
  ['the range in the Deno example', 'docs/examples/deno-deploy/deno.json', /\^[\d.]+/, '^9.9.9'],
])('notices when %s differs, and writes it anew', (_, path, from, to) => {
  const { change, run } = copy();
  change(path, from, to);
  expect(run('sync.mjs', '--check').status).toBe(1);
  expect(run('sync.mjs').status).toBe(0);
  expect(run('sync.mjs', '--check').status).toBe(0);
});

describe('a tag', () => {
  const tag = `v${pkg.version}`;
  /** As `npm run version` leaves it. */
  const prepared = () => {
    const folder = copy();
    folder.write(
      'CHANGELOG.md',
      `# Changelog\n\n## ${pkg.version} (2026-11-30)\n\n- New.\n\n## 0.0.1 (2026-01-01)\n\n- Old.\n`,
    );
    return folder;
  };

  test('can be released when the version, the changelog and jsr.json agree', () => {
    const { status, stdout, stderr } = prepared().run('check-tag.mjs', tag);
    expect(stderr).toBe('');
    expect(stdout).toBe(`${tag} can be released\n`);
    expect(status).toBe(0);
  });

  test.each<[string, (folder: ReturnType<typeof prepared>) => void, string]>([
    ['the changelog has no date', ({ change }) => change('CHANGELOG.md', '2026-11-30', 'unreleased'), 'no date'],
    ['the changelog has no entry', ({ change }) => change('CHANGELOG.md', pkg.version, '0.0.9'), 'newest entry'],
    [
      'a changeset is pending',
      ({ write }) => write('.changeset/brave-lions-dance.md', '---\n---\n'),
      'brave-lions-dance.md',
    ],
    ['jsr.json has another version', ({ change }) => change('jsr.json', pkg.version, '0.0.9'), 'jsr.json'],
  ])('is refused when %s', (_, change, problem) => {
    const folder = prepared();
    change(folder);
    const { status, stderr } = folder.run('check-tag.mjs', tag);
    expect(stderr).toContain(problem);
    expect(status).toBe(1);
  });

  test.each(['v9.9.9', pkg.version, ''])('named %j is refused', (name) => {
    const { status, stderr } = prepared().run('check-tag.mjs', name);
    expect(stderr).toContain(`is not ${tag}`);
    expect(status).toBe(1);
  });
});

describe('the repository of a release', () => {
  const URL = 'https://github.com/owner/name';
  const rewrite = (readme: string) => {
    const { read, write, run } = copy();
    write('README.md', readme);
    const { status, stderr } = run('name-repository.mjs', URL, 'v1.2.3');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return { readme: read('README.md'), manifest: JSON.parse(read('package.json')) as Record<string, unknown> };
  };

  test('is written into the manifest, and nothing else changes there', () => {
    const { manifest } = rewrite('');
    expect(manifest).toEqual({
      ...pkg,
      repository: { type: 'git', url: `git+${URL}.git` },
      homepage: `${URL}#readme`,
      bugs: { url: `${URL}/issues` },
    });
  });

  test.each([
    ['[guide](docs/guide/retries.md#exactly-once)', `[guide](${URL}/blob/v1.2.3/docs/guide/retries.md#exactly-once)`],
    ['[guide](./docs/guide/retries.md)', `[guide](${URL}/blob/v1.2.3/docs/guide/retries.md)`],
    ['![logo](docs/public/icon.svg "Logo")', `![logo](${URL}/raw/v1.2.3/docs/public/icon.svg "Logo")`],
    ['[guide]: docs/guide/retries.md', `[guide]: ${URL}/blob/v1.2.3/docs/guide/retries.md`],
    ['<img src="docs/public/icon.svg">', `<img src="${URL}/raw/v1.2.3/docs/public/icon.svg">`],
    [
      '[![CI](ci.svg)](docs/guide/testing.md)',
      `[![CI](${URL}/raw/v1.2.3/ci.svg)](${URL}/blob/v1.2.3/docs/guide/testing.md)`,
    ],
  ])('is where the relative link %s of README leads', (link, absolute) => {
    expect(rewrite(`See ${link}\n\n${link}\n`).readme).toBe(
      link.startsWith('[guide]:') ? `See ${link}\n\n${absolute}\n` : `See ${absolute}\n\n${absolute}\n`,
    );
  });

  test.each([
    '[neverthrow](https://github.com/supermacro/neverthrow)',
    '[below](#bundle-size)',
    '[mail](mailto:a@example.com)',
    '`[not](a-link.md)`',
    '```md\n[not](a-link.md)\n```',
    'a call (of something) and [an index] (like this)',
  ])('does not change %j', (text) => {
    expect(rewrite(`${text}\n`).readme).toBe(`${text}\n`);
  });

  test('leaves README without a link that npm could not follow', () => {
    const { readme } = rewrite(readFileSync(join(root, 'README.md'), 'utf8'));
    expect(readme).toContain(`](${URL}/blob/v1.2.3/docs/`);
    const targets = [...readme.matchAll(/\]\(([^)\s]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !/^(https:|#)/.test(target))).toEqual([]);
  });

  test.each([[[]], [['owner/name', 'v1.2.3']], [[`${URL}/`, 'v1.2.3']], [[URL]]])('must not be %j', (args) => {
    const { run } = copy();
    const { status, stderr } = run('name-repository.mjs', ...args);
    expect(stderr).toMatch(/^Usage: /);
    expect(status).toBe(2);
  });
});
