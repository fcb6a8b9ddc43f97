import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';

// The test that the testing guide shows, run as it stands there, with the package's names standing for its source.

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/guide/testing.md`, 'utf8');
const [, snippet] = /```ts[^\n]*\n(import \{ expect, test \} from 'vitest';\n.*?)```/s.exec(page)!;
const sources: Record<string, string> = {
  lagclient: 'index',
  'lagclient/robots': 'robots/index',
  'lagclient/sandbox': 'sandbox/index',
};
const code = snippet!.replace(
  /'(lagclient[^']*)'/g,
  (_, name: string) => `'${pathToFileURL(`${root}src/${sources[name]}.ts`).href}'`,
);

mkdirSync(`${root}.cache`, { recursive: true });
writeFileSync(`${root}.cache/testing-guide.ts`, code);

describe('docs/guide/testing.md', async () => {
  // It calls `test` itself; a suite without tests fails.
  await import(/* @vite-ignore */ `${root}.cache/testing-guide.ts`);
});
