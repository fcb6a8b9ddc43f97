import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where this package is, with the programs that it pins. */
export const here = join(import.meta.dirname, '..');
export const modules = join(here, 'node_modules');

/** The program of a package that brings one folder per platform, of which npm installed the one that fits. */
const platformProgram = (scope, program) => {
  const folder = join(modules, scope);
  const found = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, program)) : [];
  return found.find(existsSync);
};

export const bun = () => platformProgram('@oven', 'bin/bun');
export const deno = () => platformProgram('@deno', 'deno');
export const node = (major) => [join(modules, `node${major}`, 'bin/node')].find(existsSync);
export const typescript = (version) => join(modules, `typescript-${version}`, 'bin/tsc');

/** Flags under which Deno reads the packages that npm installed and reaches nothing but loopback. */
export const denoRun = [
  'run',
  '--no-remote',
  '--node-modules-dir=manual',
  '--allow-env',
  '--allow-read',
  '--allow-sys',
  '--allow-net=127.0.0.1',
];
