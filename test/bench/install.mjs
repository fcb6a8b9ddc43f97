import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;

/** Installs what this package pins, unless it is installed, with the built lagclient beside it. */
export const install = () => {
  const modules = join(here, 'node_modules');
  const stamp = join(modules, '.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
    writeFileSync(stamp, wanted);
  }
  // A link, so that ofetch and undici are the very copies that lagclient runs on.
  const link = join(modules, 'lagclient');
  rmSync(link, { force: true });
  symlinkSync(join(here, '../..'), link, 'dir');
};
