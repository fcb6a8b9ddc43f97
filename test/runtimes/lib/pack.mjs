import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './processes.mjs';
import { here } from './tools.mjs';

const root = join(here, '../..');

const npm = async (args, cwd) => {
  const { ok, stdout, output } = await execute('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    timeoutMs: 300_000,
  });
  if (!ok) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
  return stdout;
};

/** Installs what this package pins, unless that is what is installed. */
export const installTools = async () => {
  const stamp = join(here, 'node_modules/.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await npm(['ci', '--ignore-scripts'], here);
  writeFileSync(stamp, wanted);
};

const notForBuilding = /^(node_modules|\.git|dist|coverage|docs|test)$/;

/** Builds the package in a copy, which no other build meddles with, and packs it; answers the tarball. */
export const pack = async (work) => {
  const copy = join(work, 'source');
  for (const name of readdirSync(root))
    if (!notForBuilding.test(name)) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await npm(['run', 'build'], copy);
  return packFolder(copy, join(work, 'tarball'));
};

export const packFolder = async (folder, into) => {
  mkdirSync(into, { recursive: true });
  const [{ filename }] = JSON.parse(
    await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', into], folder),
  );
  return join(into, filename);
};

/** Installs the tarball and these others, as a user does, into a new folder with nothing beside it; the suite goes with it. */
export const installTarball = async (tarball, app, others = []) => {
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await npm(['install', '--ignore-scripts', '--no-package-lock', tarball, ...others], app);
  cpSync(join(here, 'suite'), join(app, 'suite'), { recursive: true });
  cpSync(join(here, 'apps'), join(app, 'apps'), { recursive: true });
};
