import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Builds the package and packs it; answers the tarball. */
export const pack = async (into) => {
  await npm(['run', 'build'], root);
  return packFolder(root, into);
};

export const packFolder = async (folder, into) => {
  mkdirSync(into, { recursive: true });
  const [{ filename }] = JSON.parse(
    await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', into], folder),
  );
  return join(into, filename);
};

/** Installs the tarball, as a user does, into a new folder beside which there is nothing; the suite goes with it. */
export const installTarball = async (tarball, app) => {
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await npm(['install', '--ignore-scripts', '--no-package-lock', tarball], app);
  cpSync(join(here, 'suite'), join(app, 'suite'), { recursive: true });
  cpSync(join(here, 'consumers'), join(app, 'consumers'), { recursive: true });
};
