import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { here } from '../lib/tools.mjs';
import { compile } from './types.mjs';

/**
 * The package as pnpm installs it: in a store, beside its dependencies, and only a link to it in the app, which cannot
 * import neverthrow or valibot.
 */
const installStrictly = (app, folder) => {
  const store = join(folder, 'node_modules/.pnpm');
  for (const name of readdirSync(join(app, 'node_modules')).filter(
    (one) => !one.startsWith('.') && !one.startsWith('@'),
  )) {
    const own = join(store, `${name}@1.0.0/node_modules`);
    cpSync(join(app, 'node_modules', name), join(own, name), { recursive: true });
  }
  const beside = join(store, 'lagclient@1.0.0/node_modules');
  for (const name of readdirSync(store))
    if (!name.startsWith('lagclient@')) {
      const [dependency] = name.split('@');
      symlinkSync(`../../${name}/node_modules/${dependency}`, join(beside, dependency));
    }
  symlinkSync('.pnpm/lagclient@1.0.0/node_modules/lagclient', join(folder, 'node_modules/lagclient'));
};

export const declarations = (version) => ({
  name: `TypeScript ${version}: inferred types get declarations in a strict node_modules`,
  run: async ({ app, folder }) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    installStrictly(app, folder);
    cpSync(join(app, 'package.json'), join(folder, 'package.json'));
    cpSync(join(here, 'apps/declarations/app.ts'), join(folder, 'app.ts'));
    for (const moduleResolution of ['nodenext', 'bundler'])
      await compile(version, folder, {
        compilerOptions: {
          declaration: true,
          emitDeclarationOnly: true,
          outDir: join(folder, 'out'),
          skipLibCheck: true,
          module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution,
          lib: ['ES2022', 'DOM'],
          types: [],
        },
        files: ['app.ts'],
      });
  },
});
