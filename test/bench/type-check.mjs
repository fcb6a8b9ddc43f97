// What `tsc` takes longer for a file that imports every entry than for an empty one. Rounds are interleaved.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { entries } from '../checks/entries.mjs';
import { median, withFolder } from './measure.mjs';

const require = createRequire(import.meta.url);
const binOf = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);

const COMPILERS = {
  'TypeScript 7': binOf('@typescript/native', 'bin/tsc'),
  'TypeScript 6': binOf('typescript', 'bin/tsc6'),
};
const CONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  },
  files: ['index.ts'],
};

const wallMs = (compiler, project) => {
  const start = performance.now();
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: ['ignore', 'inherit', 'inherit'] });
  return performance.now() - start;
};

/** `{ [compiler]: { emptyMs, addedMs } }` */
export const benchTypeCheck = ({ rounds }) =>
  withFolder((folder) => {
    const all = entries.map(({ specifier }, n) => `export * as entry${n} from '${specifier}';`);
    const projects = ['export {};', all.join('\n')].map((source, n) => {
      const project = join(folder, `${n}`);
      mkdirSync(project);
      writeFileSync(join(project, 'index.ts'), source);
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(CONFIG));
      return project;
    });
    return Object.fromEntries(
      Object.entries(COMPILERS).map(([name, compiler]) => {
        const samples = Array.from({ length: rounds }, () => projects.map((project) => wallMs(compiler, project)));
        return [
          name,
          {
            emptyMs: median(samples.map(([empty]) => empty)),
            addedMs: median(samples.map(([empty, every]) => every - empty)),
          },
        ];
      }),
    );
  });
