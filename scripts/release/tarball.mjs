import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** Unpacks a tarball that `npm pack` made into a folder. Returns the folder of the package in it. */
export const unpackInto = (file, folder) => {
  execFileSync('tar', ['-xzf', resolve(file), '-C', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'package');
};

/**
 * Reads a tarball that `npm pack` made.
 *
 * @returns Its manifest, its files by path (`dist/index.js`), and the digest of the whole.
 */
export const readTarball = (file) => {
  const folder = mkdtempSync(join(tmpdir(), 'lagclient-tarball-'));
  try {
    const root = unpackInto(file, folder);
    const files = new Map(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [relative(root, path).replaceAll('\\', '/'), readFileSync(path)]),
    );
    return {
      manifest: JSON.parse(files.get('package.json').toString()),
      files,
      sha512: createHash('sha512').update(readFileSync(file)).digest('hex'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
