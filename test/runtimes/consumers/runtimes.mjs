import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bun, deno, denoRun, here, node } from '../lib/tools.mjs';
import { appWith, expectRun, expectSuccess, missing } from './expect.mjs';

const EVERY_ENTRY = /^\d+ entries, Ada$/m;

export const plainNode = (major) => ({
  name: `Node ${major}: every entry by import and by require`,
  run: async (env) => {
    const program = node(major);
    if (!program) return missing;
    await expectRun(program, ['apps/every-entry.mjs'], EVERY_ENTRY, env);
    await expectRun(program, ['apps/required.cjs'], EVERY_ENTRY, env);
    return undefined;
  },
});

export const withUndici = {
  name: 'lagclient/node, with undici beside it',
  run: async ({ app, ...env }) => {
    const folder = appWith(app, ['undici']);
    for (const program of [20, 22, 24, 26].map(node).filter(Boolean))
      await expectRun(program, ['apps/undici.mjs'], /^Ada$/m, { ...env, app: folder });
  },
};

export const inDeno = {
  name: 'Deno: every entry, and its type check',
  run: async (env) => {
    if (!deno()) return missing;
    await expectRun(deno(), [...denoRun, 'apps/every-entry.mjs'], EVERY_ENTRY, env);
    await expectSuccess(deno(), ['check', '--no-remote', '--node-modules-dir=manual', 'apps/types/app.ts'], {
      cwd: env.app,
      env: { PATH: process.env.PATH, HOME: env.app, NO_COLOR: '1' },
    });
    return undefined;
  },
};

export const inBun = {
  name: 'Bun: installed by bun add, every entry',
  run: async ({ folder, tarball, ...env }) => {
    if (!bun()) return missing;
    cpSync(join(here, 'apps'), join(folder, 'apps'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"name":"bun-consumer","private":true,"type":"module"}');
    await expectSuccess(bun(), ['add', '--ignore-scripts', tarball], { cwd: folder });
    await expectRun(bun(), ['run', 'apps/every-entry.mjs'], EVERY_ENTRY, { ...env, app: folder });
    return undefined;
  },
};
