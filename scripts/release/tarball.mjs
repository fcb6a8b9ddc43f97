import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const BLOCK_BYTES = 512;
/** What npm puts before each path. */
const TOP_FOLDER = /^[^/]+\//;

/** The fields of a tar header that matter here, as offset and length. */
const FIELDS = { name: [0, 100], size: [124, 12], type: [156, 1], prefix: [345, 155] };
const REGULAR_FILE = new Set(['0', '']);
const EXTENDED_HEADER = 'x';

const readHeader = (block) => {
  const [name, size, type, prefix] = Object.values(FIELDS).map(([start, length]) =>
    block.toString('utf8', start, start + length).replace(/\0.*$/s, ''),
  );
  return { path: prefix ? `${prefix}/${name}` : name, size: Number.parseInt(size, 8), type };
};

/** The files of a tar archive, in plain JavaScript because the `tar` programs of the systems differ. */
const readArchive = (archive) => {
  const files = new Map();
  let longPath;
  for (let at = 0; at + BLOCK_BYTES <= archive.length;) {
    const { path, size, type } = readHeader(archive.subarray(at, at + BLOCK_BYTES));
    // Empty blocks end an archive.
    if (!path) break;
    const content = archive.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + size);
    if (type === EXTENDED_HEADER) longPath = /\d+ path=(.*)\n/.exec(content.toString())?.[1];
    else if (REGULAR_FILE.has(type)) {
      files.set((longPath ?? path).replace(TOP_FOLDER, ''), content);
      longPath = undefined;
    } else throw new Error(`${path} is of the type ${type}: not a file`);
    at += BLOCK_BYTES * (1 + Math.ceil(size / BLOCK_BYTES));
  }
  return files;
};

/**
 * Reads a tarball that `npm pack` made.
 *
 * @returns Its manifest, its files by path (`dist/index.js`), and the digest of the whole.
 */
export const readTarball = (file) => {
  const packed = readFileSync(file);
  const files = readArchive(gunzipSync(packed));
  return {
    manifest: JSON.parse(files.get('package.json').toString()),
    files,
    sha512: createHash('sha512').update(packed).digest('hex'),
  };
};

/** Writes the files that `readTarball` returned into a folder. */
export const writeFiles = (files, folder) => {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
};
