import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };
import { root } from './entries.mjs';

/** What is planted where, and the rules that must notice; the names are those of `npm run lint`. */
const plants: Readonly<Record<string, { readonly code: string; readonly rules: readonly string[] }>> = {
  'src/uploads/nested-ternary.ts': {
    code: `export const sign = (n: number): string => (n < 0 ? 'minus' : n > 0 ? 'plus' : 'zero');`,
    rules: ['eslint(no-nested-ternary)'],
  },
  'src/uploads/bitwise.ts': {
    code: `export const floor = (n: number): number => n | 0;`,
    rules: ['eslint(no-bitwise)'],
  },
  'src/operations/bare-cast.ts': {
    code: `export const length = (value: unknown): number => (value as string).length;`,
    rules: ['lagclient(reason-for-cast)'],
  },
  'src/operations/never-cast.ts': {
    code: `export const nothing = (value: string): number => value as never;`,
    rules: ['lagclient(reason-for-cast)'],
  },
  'src/operations/double-cast.ts': {
    code: `export const count = (value: string): number => value as unknown as number;`,
    rules: ['lagclient(reason-for-cast)'],
  },
  'src/operations/non-null.ts': {
    code: `export const first = (values: string[]): string => values[0]!;`,
    rules: ['lagclient(reason-for-cast)'],
  },
  'src/operations/directive-is-no-reason.ts': {
    code: `export const second = (values: string[]): string => values[1]!; // oxlint-ignore this one here please`,
    rules: ['lagclient(reason-for-cast)'],
  },
  'src/robots/cycle-one.ts': {
    code: `import type { Two } from './cycle-two.js';\n\nexport interface One {\n  readonly two: Two;\n}`,
    rules: ['import(no-cycle)'],
  },
  'src/robots/cycle-two.ts': {
    code: `import { type One } from './cycle-one.js';\n\nexport interface Two {\n  readonly one: One;\n}`,
    rules: ['import(no-cycle)'],
  },
  'src/models/looks-up.ts': {
    code: `import type { LagError } from '../errors.js';\n\nexport type Reason = LagError['kind'];`,
    rules: ['lagclient(layers)'],
  },
  'src/transports/exports-from-above.ts': {
    code: `export { call } from '../call.js';`,
    rules: ['lagclient(layers)'],
  },
  'src/new-part.ts': {
    code: `export { lagError } from './errors.js';`,
    rules: ['lagclient(layers)'],
  },
  'src/uploads/needs-node.ts': {
    code: `export { readFile } from 'node:fs/promises';`,
    rules: ['lagclient(layers)'],
  },
  'src/operations/fine.ts': {
    code: [
      `import { lagError } from '../errors.js';`,
      `export const SIZES = [1, 2] as const;`,
      `export const first: number = SIZES[0] as number; // The list above begins with a number.`,
      `export const last = (values: string[]): string => values.at(-1)!; // Callers check the length first.`,
      `export const wide = lagError as unknown;`,
    ].join('\n'),
    rules: [],
  },
};

let folder: string;
let problems: Record<string, string[]>;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lint-')));
  for (const name of ['src', 'test/checks', '.oxlintrc.json', 'tsconfig.json', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(realpathSync(join(root, 'node_modules')), join(folder, 'node_modules'));
  for (const [file, { code }] of Object.entries(plants)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${code}\n`);
  }
  // The command of `npm run check`, for this folder alone: nothing keeps it out of `node_modules` here.
  const { stdout, stderr } = spawnSync(`npx ${pkg.scripts.lint} --format json src`, {
    cwd: folder,
    shell: true,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
  problems = {};
  for (const { filename, code } of diagnostics) (problems[filename] ??= []).push(code);
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(plants))('the linter says of %s what it must', (file, { rules }) => {
  expect([...new Set(problems[file] ?? [])].toSorted()).toEqual(rules);
});

test('the linter has nothing to say of the rest of src', () => {
  expect(Object.keys(problems).filter((file) => !plants[file])).toEqual([]);
});
