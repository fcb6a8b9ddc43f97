import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fillIn } from '../../docs/placeholders.js';
import { titles } from '../../docs/playground/programs.js';
import { examples, expandExample } from '../../docs/reference-examples.js';
import { createSandbox, type SandboxRequest } from '../../src/sandbox/index.js';
import exported from '../exports.json' with { type: 'json' };
import { bundleForNode, entries } from './bundle.js';
import { markdownFiles, readSnippets, root, type Snippet } from './snippets.js';

// Shell lines that pages may show, besides `npm run` with a script that exists.
const COMMANDS = [
  /^npm (ci|install|pack|test|publish|run bench)\b/,
  /^gh attestation verify /,
  /^npm i(nstall)? (-D )?[\w@/-]+( [\w@/-]+)*$/,
  /^npx (-p lagclient lagclient-sandbox|wrangler|vercel|vitest|esbuild)\b/,
  /^(deno|bun) /,
  /^(git|curl|zip|aws) /,
  /^[A-Z_]+=\S+ (node|npm|npx) /,
];

const folder = `${root}.cache/snippets`;
const snippets = [
  ...readSnippets(),
  ...Object.keys(titles).map((name): Snippet => {
    const file = `docs/playground/programs/${name}.ts`;
    const flags = name === 'handle-errors' ? ['fails'] : [];
    return { file, line: 1, language: 'ts', flags, code: readFileSync(root + file, 'utf8') };
  }),
  ...Object.entries(examples).map(([name, { output, as = 'ada' }]): Snippet => ({
    file: `docs/reference-examples.ts#${name}`,
    line: 1,
    language: 'ts',
    flags: [as],
    code: expandExample(name),
    output,
  })),
];
const named = snippets.map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const);
const modules = named.filter(([, { language }]) => language === 'ts');
const runnable = modules.filter(([, { flags }]) => !flags.includes('no-run'));
const callers = ['ada', 'ben', 'cleo', 'dan'] as const;
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const fileOf = (name: string): string => name.replace(/[^\w]/g, '_');

// The default, so that snippets which make a sandbox of their own have the same ids. Given, it decides tokens as well.
const SEED = 'lag';
const seed = createSandbox({ seed: SEED });
const typeErrors = new Map<string, string[]>();
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, { code }] of modules)
    writeFileSync(`${folder}/${fileOf(name)}.ts`, `${fillIn(code, seed)}\nexport {};\n`);
  checkTypes();
  await bundleForNode(
    Object.fromEntries(runnable.map(([name]) => [fileOf(name), `${folder}/${fileOf(name)}.ts`])),
    `${folder}/out`,
  );
  process.on('unhandledRejection', onUnhandled);
});

afterAll(() => void process.off('unhandledRejection', onUnhandled));

test('every code block is checked', () => {
  const counts: Record<string, number> = {};
  for (const { language } of snippets) counts[language] = (counts[language] ?? 0) + 1;
  console.info(`${snippets.length} code blocks: ${modules.length} type-checked, ${runnable.length} run`, counts);
  const known = ['ts', 'json', 'sh', 'text'];
  expect(named.filter(([, { language }]) => !known.includes(language)).map(([name]) => name)).toEqual([]);
  const flags = ['no-run', 'endless', 'fails', 'twoslash', ...callers];
  expect(
    named.filter(([, snippet]) => snippet.flags.some((flag) => !flags.includes(flag))).map(([name]) => name),
  ).toEqual([]);
});

test('every public value has an example in the reference', () => {
  // docs/guide/schemas.md shows the schemas together.
  const { 'lagclient/schemas': _, ...shown } = exported;
  expect(Object.keys(examples).toSorted()).toEqual([...new Set(Object.values(shown).flat())].toSorted());
});

describe('TypeScript is sound', () => {
  test.each(modules)('%s', (name) => expect(typeErrors.get(fileOf(name)) ?? []).toEqual([]));
});

test('JSON is JSON', () => {
  for (const [name, { code, language }] of named)
    if (language === 'json') expect(() => JSON.parse(code), name).not.toThrow();
});

test('files that pages show are checked, too', () => {
  // `tsc -p tsconfig.json` checks the programs of docs/examples, and their own tests run them; React's are a package.
  const shown = markdownFiles('docs', true).flatMap((file) =>
    [...readFileSync(root + file, 'utf8').matchAll(/^<<< @\/(.*)$/gm)].map(([, name]) => `docs/${name}`),
  );
  expect(shown.length).toBeGreaterThan(10);
  for (const file of shown) {
    const text = readFileSync(root + file, 'utf8');
    // `.jsonc` may have trailing commas.
    const json = file.endsWith('.jsonc') ? text.replace(/,(\s*[}\]])/g, '$1') : text;
    if (/\.jsonc?$/.test(file)) expect(() => JSON.parse(json), file).not.toThrow();
    else expect(file).toMatch(/^docs\/examples\/.*\.tsx?$/);
  }
});

describe('commands exist', () => {
  test.each(named.filter(([, { language }]) => language === 'sh'))('%s', (_, { code }) => {
    for (const command of code.split(/\n| && /).map((line) => line.replace(/#.*/, '').trim())) {
      const [, script] = /^(?:[A-Z_]+=\S+ )*npm run (?:-s )?([\w:-]+)/.exec(command) ?? [];
      if (script) expect(Object.keys(manifest.scripts)).toContain(script);
      else if (command)
        expect(
          COMMANDS.some((pattern) => pattern.test(command)),
          command,
        ).toBe(true);
    }
  });
});

describe('what is run works and prints what the page shows', () => {
  test.each(runnable)('%s', async (name, { flags, code, output }) => {
    const requests: SandboxRequest[] = [];
    const sandbox = createSandbox({
      seed: SEED,
      imageProcessingMs: 20,
      pollHoldMs: 50,
      onRequest: (request) => requests.push(request),
    });
    vi.stubEnv('LAG_TOKEN', sandbox.tokens[callers.find((name) => flags.includes(name)) ?? 'ada']);
    const robot = code.includes(`'sse'`) ? sandbox.addRobot({ delivery: 'sse' }).token : sandbox.tokens.robot;
    vi.stubEnv('LAG_ROBOT_KEY', robot);
    let isOver = false;
    const over = () => Response.json({ message: 'The snippet has run for long enough' }, { status: 401 });
    vi.stubGlobal(
      'fetch',
      stubFetch(async (...request) => (isOver ? over() : sandbox.fetch(...request))),
    );
    // A listener goes on until the key is worth nothing any more.
    const end = () => {
      isOver = true;
      sandbox.reset();
    };
    if (flags.includes('endless')) setTimeout(end, 200);
    shortenWaits();
    const tests: unknown[] = [];
    vi.stubGlobal('vitestOfPages', { expect, test: (_: string, run: () => unknown) => void tests.push(run()) });
    const printed: string[] = [];
    for (const method of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockImplementation((...values) => void printed.push(format(...values)));
    await import(/* @vite-ignore */ `${pathToFileURL(`${folder}/out/${fileOf(name)}.js`).href}`);
    await Promise.all(tests);
    await new Promise(setImmediate);
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    expect(unhandled.splice(0)).toEqual([]);
    if (output !== undefined) expect(printed.join('\n')).toMatch(toPattern(output));
    const failed = requests.filter(({ status }) => status === 0 || status >= 400);
    const lines = failed.map(({ method, path, status }) => `${method} ${path} ${status}`);
    if (flags.includes('fails')) expect(lines).not.toEqual([]);
    else expect(lines).toEqual([]);
  });
});

/** `…` stands for anything on its line. */
const toPattern = (output: string): RegExp =>
  new RegExp(
    `^${output
      .trim()
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('…', '.*')}$`,
  );

/** The waits before another attempt, or another look, are a moment; what limits a call stays as it is. */
const shortenWaits = (): void => {
  const { setTimeout } = globalThis;
  vi.stubGlobal('setTimeout', (run: () => void, ms: number, ...rest: unknown[]) =>
    setTimeout(run, ms > 150 && ms < 3000 ? 20 : ms, ...rest),
  );
};

// One pixel.
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The Lag API is the sandbox, example.com has a picture, loopback is real, and there is nothing else. */
const stubFetch = (lag: typeof fetch): typeof fetch => {
  const real = globalThis.fetch;
  return async (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hostname === 'api.trylag.com') return lag(input, init);
    if (hostname === 'example.com') return new Response(GIF, { headers: { 'content-type': 'image/gif' } });
    if (hostname === '127.0.0.1') return real(input, init);
    throw new TypeError(`a snippet asked for ${hostname}`);
  };
};

const checkTypes = (): void => {
  const paths = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, [file]]));
  const compilerOptions = { paths, noUnusedLocals: false, noUnusedParameters: false };
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ extends: `${root}tsconfig.json`, compilerOptions, include: ['*.ts'], exclude: [] }),
  );
  let errors = '';
  try {
    execFileSync(
      process.execPath,
      [`${root}node_modules/@typescript/native/bin/tsc`, '-p', folder, '--pretty', 'false'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
  } catch (thrown) {
    errors = (thrown as { stdout: string }).stdout;
  }
  let last: string[] = [];
  for (const line of errors.split('\n')) {
    const [, file, at, message] = /^([^\s(]+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
    if (file) typeErrors.set(file, (last = typeErrors.get(file) ?? []));
    if (file) last.push(`line ${at}: ${message}`);
    else if (line) last.push(line);
  }
};
