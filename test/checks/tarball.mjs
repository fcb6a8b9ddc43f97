import { spawnSync } from 'node:child_process';
import { root } from './entries.mjs';

/** Packs the built package into a folder: `{ filename, size, unpackedSize, files: [{ path, size }] }`, as npm reports it. */
export const packInto = (folder) => {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [tarball] = JSON.parse(stdout);
  return tarball;
};
