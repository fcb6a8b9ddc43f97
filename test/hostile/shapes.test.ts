import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runScript } from '../node/script.js';

interface Measured {
  readonly name: string;
  readonly longestMs: number;
  readonly tookMs: number;
  readonly heldMb: number;
}

const MAX_BLOCKED_MS = 200;

test('no hostile shape ends a process of 512 MB, or keeps its event loop for longer than 200 ms', async () => {
  const { lines } = await runScript(
    `import { measureShapes } from '../hostile/shapes.js'; await measureShapes();`,
    [],
    ['--max-old-space-size=512'],
  );
  const measured = lines.map((line) => JSON.parse(line) as Measured);
  expect(measured.length).toBeGreaterThanOrEqual(20);
  expect(measured.filter(({ longestMs }) => longestMs > MAX_BLOCKED_MS)).toEqual([]);
  if (process.env['UPDATE_FIGURES']) writeFigures(measured);
  // In a process of its own, which a busy machine may keep waiting.
}, 300_000);

const writeFigures = (measured: readonly Measured[]): void => {
  const rows = measured.map(({ name, longestMs, tookMs }) => `| ${name} | ${longestMs} | ${tookMs} |`);
  const held = Math.max(...measured.map(({ heldMb }) => heldMb));
  const text = `# Hostile shapes

Measured by \`FUZZ_RUNS=1 UPDATE_FIGURES=1 npx vitest run test/hostile/shapes.test.ts\`.

${measured.length} shapes, one after the other in one process with a heap of 512 MB, on Node ${process.versions.node}. It held at most ${held} MB.

| shape | longest time without a turn of the event loop, ms | whole call, ms |
| --- | ---: | ---: |
${rows.join('\n')}
`;
  writeFileSync(join(import.meta.dirname, '../../docs/generated/hostile-shapes.md'), text);
};
