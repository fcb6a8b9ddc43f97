import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Plants packages in a small project, builds and packs it as the package itself is, and looks for them in what the
// release publishes: the list of parts and the licences.

const root = join(import.meta.dirname, '../..');
const urlOf = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);

const INTEGRITY = `sha512-${Buffer.from('planted'.padEnd(64)).toString('base64')}`;

const project: Readonly<Record<string, string | object>> = {
  'package.json': {
    name: '@scope/host',
    version: '3.2.1',
    license: 'MIT',
    type: 'module',
    files: ['dist', '!dist/bundle-record.json'],
    repository: { type: 'git', url: 'git+https://example.com/scope/host.git' },
    bugs: { url: 'https://example.com/scope/host/issues' },
    dependencies: { ranged: '^2.0.0' },
    peerDependencies: { 'needed-peer': '>=1', 'optional-peer': '>=7 <9' },
    peerDependenciesMeta: { 'optional-peer': { optional: true } },
  },
  'package-lock.json': { packages: { 'node_modules/@planted/part': { integrity: INTEGRITY } } },
  'index.js': `import { part } from '@planted/part'; export { ranged } from 'ranged'; export const value = part();`,
  'plain.js': `export const plain = 1;`,
  'node_modules/@planted/part/package.json': {
    name: '@planted/part',
    version: '1.2.3',
    license: '(MIT OR Apache-2.0)',
    main: 'index.js',
  },
  'node_modules/@planted/part/LICENSE': 'Licence of the planted part',
  'node_modules/@planted/part/NOTICE': 'Notice of the planted part',
  'node_modules/@planted/part/index.js': `
    import { unused } from 'shaken';
    import { nested } from 'nested';
    const polyfill = () => 'the text of a polyfill';
    export const part = () => polyfill() + nested;
    export const alsoUnused = unused;`,
  // npm puts a second version of a package inside of the package that needs it.
  'node_modules/@planted/part/node_modules/nested/package.json': {
    name: 'nested',
    version: '0.0.7',
    license: 'ISC',
    main: 'index.js',
  },
  'node_modules/@planted/part/node_modules/nested/LICENSE.md': 'Licence of the nested part',
  'node_modules/@planted/part/node_modules/nested/index.js': `export const nested = 'nested';`,
  'node_modules/shaken/package.json': { name: 'shaken', version: '1.0.0', license: 'MIT', main: 'index.js' },
  'node_modules/shaken/LICENSE': 'Licence of what was left out',
  'node_modules/shaken/index.js': `export const unused = 'unused';`,
  'scripts/release/polyfill.txt': 'Licence of the polyfill',
  'scripts/release/inlined.json': {
    'nested@0.0.7': [],
    '@planted/part@1.2.3': [
      {
        name: 'planted-polyfill',
        version: '4.5.6',
        license: 'MIT',
        licenseFile: 'polyfill.txt',
        integrity: INTEGRITY,
        evidence: ['the text of a polyfill'],
      },
    ],
  },
  'build.mjs': `
    import { rollup } from ${urlOf('node_modules/rollup/dist/es/rollup.js')};
    import { nodeResolve } from ${urlOf('node_modules/@rollup/plugin-node-resolve/dist/es/index.js')};
    import { recordBundle } from ${urlOf('scripts/release/record-bundle.mjs')};
    const record = recordBundle();
    for (const input of ['index.js', 'plain.js']) {
      const build = await rollup({
        input,
        external: ['ranged'],
        treeshake: { moduleSideEffects: false },
        plugins: [nodeResolve(), record],
      });
      await build.write({ dir: 'dist' });
    }`,
};

interface Component {
  readonly name: string;
  readonly version?: string;
  readonly 'bom-ref': string;
  readonly [key: string]: unknown;
}
/** What the script printed. */
interface Listed {
  readonly status: number | null;
  readonly problems: readonly string[];
  readonly text: string;
}
interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

let built: string;
let unchanged: Listed;

const copies: string[] = [];

const write = (folder: string, files: Readonly<Record<string, string | object>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
};

beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), 'lagclient-sbom-'));
  write(built, project);
  execFileSync(process.execPath, ['build.mjs'], { cwd: built });
  unchanged = list();
});

afterAll(() => {
  for (const folder of [built, ...copies]) rmSync(folder, { recursive: true, force: true });
});

/** Packs a copy of the built project, changed by `change`, and lists what is in it. */
const list = (change: (folder: string) => void = () => {}): Listed => {
  const folder = mkdtempSync(join(tmpdir(), 'lagclient-sbom-'));
  copies.push(folder);
  cpSync(built, folder, { recursive: true });
  change(folder);
  // npm is a script of a shell on Windows.
  const { status, stdout, stderr } = spawnSync('npm pack --ignore-scripts --json', {
    cwd: folder,
    encoding: 'utf8',
    shell: true,
  });
  if (status !== 0) throw new Error(stderr);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const run = spawnSync(process.execPath, [join(root, 'scripts/release/sbom.mjs'), filename], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status: run.status, problems: run.stderr.split('\n').filter(Boolean), text: run.stdout };
};

const partOf = (text: string, name: string): Component | undefined =>
  (JSON.parse(text) as Sbom).components.find((component) => component.name === name);

test('lists a bundled package with its version, checksum, licence and files', () => {
  const { status, problems, text } = unchanged;
  expect(problems).toEqual([]);
  expect(status).toBe(0);
  expect(partOf(text, '@planted/part')).toMatchObject({
    version: '1.2.3',
    purl: 'pkg:npm/%40planted/part@1.2.3',
    licenses: [{ expression: 'MIT OR Apache-2.0' }],
    hashes: [{ alg: 'SHA-512', content: Buffer.from('planted'.padEnd(64)).toString('hex') }],
    properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }],
    evidence: { occurrences: [{ location: 'dist/index.js' }] },
  });
  expect(partOf(text, 'nested')).toMatchObject({ version: '0.0.7', licenses: [{ license: { id: 'ISC' } }] });
});

test('lists a polyfill inside of a bundled package, below that package', () => {
  const { text } = unchanged;
  expect(partOf(text, 'planted-polyfill')).toMatchObject({
    version: '4.5.6',
    evidence: { occurrences: [{ location: 'dist/index.js' }] },
  });
  expect((JSON.parse(text) as Sbom).dependencies).toContainEqual({
    ref: 'pkg:npm/%40planted/part@1.2.3',
    dependsOn: ['pkg:npm/planted-polyfill@4.5.6'],
  });
});

test('lists dependencies by range and without a version, and optional peers as optional', () => {
  const { text } = unchanged;
  expect(partOf(text, 'ranged')).toMatchObject({
    scope: 'required',
    properties: expect.arrayContaining([{ name: 'lagclient:dependency:range', value: '^2.0.0' }]),
  });
  expect(partOf(text, 'ranged')).not.toHaveProperty('version');
  expect(partOf(text, 'needed-peer')).toMatchObject({ scope: 'required' });
  expect(partOf(text, 'optional-peer')).toMatchObject({ scope: 'optional' });
});

test('does not list what tree-shaking left out', () => {
  const { text } = unchanged;
  expect(partOf(text, 'shaken')).toBeUndefined();
  expect(readFileSync(join(built, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')).not.toContain('left out');
});

test('packs the licence and the notice of every part, those inside of other parts included', () => {
  expect(readFileSync(join(built, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')).toBe(
    `@planted/part 1.2.3 ((MIT OR Apache-2.0))

Licence of the planted part

Notice of the planted part


planted-polyfill 4.5.6, inside of @planted/part (MIT)

Licence of the polyfill


nested 0.0.7 (ISC)

Licence of the nested part
`,
  );
});

test('is named after the package, and valid CycloneDX 1.6', async () => {
  const { text } = unchanged;
  expect((JSON.parse(text) as Sbom).metadata.component).toMatchObject({
    name: '@scope/host',
    version: '3.2.1',
    purl: 'pkg:npm/%40scope/host@3.2.1',
    externalReferences: [
      { type: 'vcs', url: 'git+https://example.com/scope/host.git' },
      { type: 'issue-tracker', url: 'https://example.com/scope/host/issues' },
    ],
  });
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(text)).toBeNull();
  // That the validator can fail:
  expect(await validator.validate(text.replace('"library"', '"rumour"'))).not.toBeNull();
});

test('is the same for the same tarball, and another for another one', () => {
  const first = unchanged.text;
  expect(list().text).toBe(first);
  const other = list((folder) => writeFileSync(join(folder, 'README.md'), 'another')).text;
  expect((JSON.parse(other) as Sbom).serialNumber).not.toBe((JSON.parse(first) as Sbom).serialNumber);
});

const rewrite = (path: string, change: (text: string) => string) => (folder: string) =>
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')));

test.each<[string, (folder: string) => void, string]>([
  [
    'a file changed after it was built',
    rewrite('dist/index.js', (code) => `${code}\nfetch('https://example.com');`),
    'dist/index.js is not the file that was recorded',
  ],
  [
    'a file was added that no build made',
    (folder) => writeFileSync(join(folder, 'dist/added.js'), 'export {};'),
    'dist/added.js is in the tarball, and the build did not record what it is made of',
  ],
  [
    'such a file has a path that is too long for the header of an archive',
    (folder) => writeFileSync(join(folder, `dist/${'long'.repeat(40)}.js`), 'export {};'),
    `dist/${'long'.repeat(40)}.js is in the tarball, and the build did not record what it is made of`,
  ],
  [
    'nobody looked for copies inside of a bundled package',
    rewrite('scripts/release/inlined.json', (text) => text.replace('nested@0.0.7', 'nested@0.0.6')),
    'nested@0.0.7 was not reviewed for copies of other packages: see scripts/release/README.md',
  ],
  [
    'a copy that was there is not there any more',
    rewrite('scripts/release/inlined.json', (text) => text.replace('the text of a polyfill', 'another text')),
    'planted-polyfill 4.5.6 is not inside of @planted/part@1.2.3 any more: review it again',
  ],
  [
    'the licences were not packed',
    (folder) => rmSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt')),
    'the licence of planted-polyfill 4.5.6 is not packed',
  ],
  [
    'a package is bundled and installed',
    rewrite('package.json', (text) => text.replace('"ranged":', '"@planted/part":"^1.0.0","ranged":')),
    '@planted/part@1.2.3 is bundled, though it is a dependency as well',
  ],
  [
    'a bundled package states no licence',
    rewrite('dist/bundle-record.json', (text) => text.replace('"license": "ISC"', '"license": ""')),
    'nested@0.0.7 has no licence',
  ],
])('fails when %s', (_, change, problem) => {
  const { status, problems } = list(change);
  expect(problems).toContain(problem);
  expect(status).toBe(1);
});
