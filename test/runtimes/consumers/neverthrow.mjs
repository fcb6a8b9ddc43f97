import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installTarball } from '../lib/pack.mjs';
import { buildApp } from './bundlers.mjs';
import { expectRun } from './expect.mjs';
import { compile } from './types.mjs';

const PRINTS =
  /^true true true false, hi from Ada, stopped before it was sent, Ada,me, api,own, inward, outward, refused$/m;

/** Text that is in neverthrow once, and in nothing else. */
const ONLY_IN_NEVERTHROW = 'Called `_unsafeUnwrapErr` on an Ok';

const copiesIn = (folder) => {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.js'));
  return files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split(ONLY_IN_NEVERTHROW).slice(1)).length;
};

/** An app that has neverthrow itself, in a version that the package accepts. */
export const ownNeverthrow = (version) => ({
  name: `The app's own neverthrow ${version}: one class, one copy, types and chains in both directions`,
  run: async ({ folder, tarball, stage }) => {
    const app = join(folder, 'app');
    await installTarball(tarball, app, [`neverthrow@${version}`]);
    if (existsSync(join(app, 'node_modules/lagclient/node_modules'))) throw new Error('npm installed another copy');
    const { version: found } = JSON.parse(readFileSync(join(app, 'node_modules/neverthrow/package.json'), 'utf8'));

    const source = join(app, 'apps/neverthrow');
    await expectRun(process.execPath, ['apps/app/run.mjs', join(source, 'main.js')], PRINTS, { app, stage });
    for (const name of ['esbuild', 'rollup', 'webpack', 'vite']) {
      const out = join(folder, name);
      await buildApp(name, source, out);
      const copies = copiesIn(out);
      if (copies !== 1) throw new Error(`${copies} copies of neverthrow in what ${name} builds`);
      if (name !== 'vite')
        await expectRun(process.execPath, ['apps/app/run.mjs', join(out, 'main.js')], PRINTS, { app, stage });
    }
    for (const [typescript, moduleResolution] of [
      ['5.5', 'nodenext'],
      ['7', 'bundler'],
    ])
      await compile(typescript, source, {
        compilerOptions: {
          noEmit: true,
          module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution,
          lib: ['ES2022', 'DOM'],
          types: [],
        },
        files: ['types.ts'],
      });
    return { note: found };
  },
});
