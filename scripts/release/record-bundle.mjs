import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { idOf, packageFolderOf, readPackage, readReviewed } from './packages.mjs';

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The text that is shipped with what is bundled: each package's licence, and those of the copies inside of it. */
const licensesOf = (packages, inlinedIn) =>
  packages
    .flatMap((each) => [
      each,
      ...(inlinedIn(idOf(each)) ?? []).map((part) => ({ ...part, note: `, inside of ${each.name}` })),
    ])
    .map(
      ({ name, version, license, licenseText, note = '' }) =>
        `${name} ${version}${note} (${license})\n\n${licenseText}\n`,
    )
    .join('\n\n');

/**
 * A Rollup plugin that records what each file was made of. It writes `bundle-record.json`, from which
 * `scripts/release/sbom.mjs` makes the list of parts, and `THIRD-PARTY-LICENSES.txt`, which is published. The record is
 * not published: the list of parts checks that it belongs to the files of the tarball, by their hashes.
 *
 * Use one instance in all configurations of a build: each adds its files.
 */
export const recordBundle = ({ folder = 'dist', reviewedIn = 'scripts/release' } = {}) => {
  const files = {};
  const packages = new Map();

  const record = (path, chunk) => {
    const modules = Object.entries(chunk.modules ?? {}).filter(([, { renderedLength }]) => renderedLength > 0);
    const folders = new Set(modules.flatMap(([id]) => packageFolderOf(id) ?? []));
    const found = [...folders].map(readPackage);
    for (const each of found) packages.set(idOf(each), each);
    files[path] = { sha256: hashOf(path), packages: found.map(idOf) };
  };

  return {
    name: 'record-bundle',
    writeBundle({ dir }, bundle) {
      for (const [name, chunk] of Object.entries(bundle))
        if (name.endsWith('.js')) record(relative('.', join(resolve(dir), name)).replaceAll('\\', '/'), chunk);
      const all = [...packages.values()].toSorted((a, b) => idOf(a).localeCompare(idOf(b), 'en'));
      const withoutTexts = all.map(({ licenseText, ...rest }) => ({ ...rest, hasLicense: licenseText !== '' }));
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, 'bundle-record.json'),
        `${JSON.stringify({ files, packages: withoutTexts }, null, 2)}\n`,
      );
      writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesOf(all, readReviewed(reviewedIn)));
    },
  };
};
