// From the modules of a bundle to the packages that they came from, and to what those packages contain themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = '/node_modules/';

/**
 * The folder of the package that a module belongs to, or `undefined` for the project's own modules.
 *
 * @param {string} id The module's id: an absolute path. Virtual modules, whose ids begin with a NUL, belong to none.
 */
export const packageFolderOf = (id) => {
  const path = id.replaceAll('\\', '/');
  const start = path.lastIndexOf(MARK);
  if (path.startsWith('\0') || start < 0) return undefined;
  const [scopeOrName, name] = path.slice(start + MARK.length).split('/');
  const folder = scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
  return path.slice(0, start + MARK.length) + folder;
};

/** A path inside of the outermost `node_modules`, as the lockfile names it: the same on every machine. */
export const lockfilePathOf = (folder) => folder.slice(folder.indexOf(MARK) + 1);

/** What a package says of itself, with the text of its licence and its notices. */
export const readPackage = (folder) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying|notice)/i.test(entry));
  return {
    name,
    version,
    license: typeof license === 'string' ? license : license?.type,
    repository: typeof repository === 'string' ? repository : repository?.url,
    lockfilePath: lockfilePathOf(folder),
    licenseText: files
      .toSorted((a, b) => a.localeCompare(b, 'en'))
      .map((file) => readFileSync(join(folder, file), 'utf8').trim())
      .join('\n\n'),
  };
};

export const idOf = ({ name, version }) => `${name}@${version}`;

/**
 * The copies of other packages inside of what a package publishes. No tool can tell from a minified file, so each
 * version that is bundled is reviewed once; `scripts/release/README.md` says how.
 *
 * @param {string} folder Where `inlined.json` and the licence texts are.
 * @returns A function from `name@version` to the copies, or to `undefined` where that version was not reviewed.
 */
export const readReviewed = (folder) => {
  const file = join(folder, 'inlined.json');
  const reviewed = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return (id) =>
    reviewed[id]?.map(({ licenseFile, ...part }) => ({
      ...part,
      licenseText: readFileSync(join(folder, licenseFile), 'utf8').trim(),
    }));
};
