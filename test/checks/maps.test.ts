import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { checkMaps } from './maps.mjs';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const SOURCE = `export const first: string = 'a';
export const second: number = first.length;

export function third(value: number): number {
  return value + second;
}
`;

/** A package of one module, compiled with its map, and its files by name. */
const compile = () => {
  const { code, map } = transformSync(SOURCE, { loader: 'ts', sourcemap: 'external', sourcefile: '../src/one.ts' });
  return {
    'src/one.ts': SOURCE,
    'dist/one.js': `${code}//# sourceMappingURL=one.js.map\n`,
    'dist/one.js.map': JSON.stringify({ ...(JSON.parse(map) as object), file: 'one.js' }),
  };
};

const check = (files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'maps-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return checkMaps(folder, new Set(Object.keys(files)));
};

test('a map that leads each name to its place in a packed source is accepted', () => {
  const { failures, count, names } = check(compile());
  expect(failures).toEqual([]);
  expect(count).toBe(1);
  expect(names).toBeGreaterThan(5);
});

test('a map whose source has one line more than it was compiled from is refused', () => {
  const files = compile();
  const { failures } = check({ ...files, 'src/one.ts': `// A new line.\n${files['src/one.ts']}` });
  expect(failures).toEqual([
    expect.stringMatching(/^dist\/one\.js\.map leads \d+ names astray: \w+ to \w+ of src\/one\.ts:\d+$/),
  ]);
});

test('a map whose source is not packed is refused', () => {
  const { 'src/one.ts': _, ...files } = compile();
  expect(check(files).failures).toContain('dist/one.js.map leads to src/one.ts, which is not packed');
});

test('a module that names no map, or one that is not packed, is refused', () => {
  const { 'dist/one.js.map': _, ...withoutMap } = compile();
  expect(check(withoutMap).failures).toContain('dist/one.js names one.js.map, which is not packed');
  expect(check({ ...compile(), 'dist/two.js': 'export {};\n' }).failures).toEqual(['dist/two.js names no map']);
});
