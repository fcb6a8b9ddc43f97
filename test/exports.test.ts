import { expect, test } from 'vitest';
import pkg from '../package.json' with { type: 'json' };

test('the public values of every entry are those of test/exports.json', async () => {
  const names: Record<string, string[]> = {};
  for (const [entry, target] of Object.entries(pkg.exports)) {
    if (typeof target === 'string') continue;
    const source = target.types.replace('./dist', '../src').replace('.d.ts', '.ts');
    names[entry.replace('.', pkg.name)] = Object.keys((await import(source)) as object).toSorted();
  }
  // Meant to change? `npx vitest run test/exports.test.ts -u`.
  await expect(`${JSON.stringify(names, null, 2)}\n`).toMatchFileSnapshot('exports.json');
});
