import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** What a script printed, a line each, with the milliseconds between its last line and its end. */
export interface Ran {
  readonly lines: readonly string[];
  readonly lingeredMs: number;
}

/** Runs a script over the sources in a Node process of its own; it may import `../../src/…` and see `process.argv`. */
export const runScript = async (
  source: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Ran> => {
  const root = join(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(root, 'node_modules/.script-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, 'script.mjs');
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile,
  });
  const child = spawn(process.execPath, [...flags, outfile, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let lastAt = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    lastAt = performance.now();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the script ended with ${code}: ${output}`);
  return { lines: output.trimEnd().split('\n'), lingeredMs: performance.now() - lastAt };
};
