import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../lib/processes.mjs';
import { here, modules } from '../lib/tools.mjs';

/** What a consumer answers whose runtime npm has no binary of for this platform. */
export const missing = { skip: 'it is not installed on this platform' };

/** Runs a program in `app`, which must end well and print this and nothing on standard error. */
export const expectRun = async (command, args, expected, { app, stage }) => {
  const { ok, stdout, stderr, output } = await execute(command, args, {
    cwd: app,
    env: { PATH: process.env.PATH, HOME: app, NO_COLOR: '1', CONFORMANCE: JSON.stringify(stage.config) },
  });
  if (!ok || stderr.trim() || !expected.test(stdout)) throw new Error(`${args.at(-1)}: ${output}`);
};

const MAX_LINES = 20;

/** Runs a program that only has to end well. A compiler says first what is wrong, other tools say it last. */
export const expectSuccess = async (command, args, options) => {
  const { ok, output } = await execute(command, args, options);
  if (ok) return;
  const lines = output.split('\n');
  const shown = lines.length > 2 * MAX_LINES ? [...lines.slice(0, MAX_LINES), '…', ...lines.slice(-MAX_LINES)] : lines;
  throw new Error(shown.join('\n'));
};

export const manifestOf = (app) => JSON.parse(readFileSync(join(app, 'node_modules/lagclient/package.json'), 'utf8'));

/** The entries of the exports map, `./package.json` aside: `.`, `./rooms`. */
export const entriesOf = (app) => Object.keys(manifestOf(app).exports).filter((entry) => entry !== './package.json');
export const specifierOf = (entry) => entry.replace('.', 'lagclient');

/** A copy of the app in which these packages are installed, too. */
export const appWith = (app, packages) => {
  const folder = join(app, `../with-${packages.join('-').replaceAll(/\W+/g, '-')}`);
  if (existsSync(folder)) return folder;
  for (const name of ['package.json', 'node_modules']) cpSync(join(app, name), join(folder, name), { recursive: true });
  for (const name of packages) cpSync(join(modules, name), join(folder, 'node_modules', name), { recursive: true });
  cpSync(join(here, 'apps'), join(folder, 'apps'), { recursive: true });
  return folder;
};
