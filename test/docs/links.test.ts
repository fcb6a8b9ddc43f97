import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import exported from '../exports.json' with { type: 'json' };
import { markdownFiles, root } from './snippets.js';

// What is written by hand, without building the site; `npm run docs:test` looks at the built one.

const files = [...markdownFiles('.', false), ...markdownFiles('docs', true)];

/** Text without code, where brackets are no links. */
const proseOf = (file: string): string =>
  readFileSync(root + file, 'utf8')
    .replace(/^(\s*)(`{3,})[\s\S]*?^\s*\2\s*$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));

/** The anchors that GitHub and VitePress give to headings. */
const anchorsOf = (file: string): Set<string> =>
  new Set(
    [...proseOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s+/g, '-'),
    ),
  );

const fileOf = (from: string, path: string): string | undefined => {
  const target = path.startsWith('/') ? join('docs', path) : join(dirname(from), path);
  return [target, `${target}.md`, join(target, 'index.md'), join('docs/public', path)].find(
    (name) => /\.\w+$/.test(name) && existsSync(root + name),
  );
};

test.each(files)('the links of %s lead somewhere', (file) => {
  const broken: string[] = [];
  for (const [, href] of proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)) {
    const [path, anchor] = href!.split('#') as [string, string?];
    if (/^https?:/.test(href!)) {
      if (!URL.canParse(href!) || !href!.startsWith('https:')) broken.push(href!);
    } else if (/^(\.\.)?\/(reference\/|llms)/.test(path)) continue;
    else {
      const target = path ? fileOf(file, path) : file;
      if (!target || (anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor))) broken.push(href!);
    }
  }
  expect(broken).toEqual([]);
});

test('README names every export of the main entry', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  expect(exported.lagclient.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test('the migration page has every operation', async () => {
  const { OPERATIONS } = await import('../operations.table.js');
  const page = readFileSync(`${root}docs/guide/from-node-sdk.md`, 'utf8');
  const python = readFileSync(`${root}docs/guide/from-python.md`, 'utf8');
  for (const { name } of OPERATIONS) {
    expect(page).toContain(`\`${name}(`);
    expect(python).toContain(`\`${name}\``);
  }
});
