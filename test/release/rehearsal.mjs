// Rehearses a release: prepares a version, tags it and runs the steps of .github/workflows/release.yml, in clones in a
// temporary folder and with a pretend repository. Nothing leaves the machine but downloads of packages. `--keep` leaves
// the folder.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { parse } from 'yaml';
import { readTarball } from '../../scripts/release/tarball.mjs';
import { environmentOf, openRegistry, runJob, runScript } from './workflow.mjs';

const REPOSITORY = 'pretend-owner/pretend-name';
const URL_OF_REPOSITORY = `https://github.com/${REPOSITORY}`;

const { values: flags } = parseArgs({ options: { keep: { type: 'boolean' } } });
const root = join(import.meta.dirname, '../..');
const work = realpathSync(mkdtempSync(join(tmpdir(), 'lagclient-release-')));
const log = (line) => console.log(line);
const read = (folder, path) => readFileSync(join(folder, path), 'utf8');
const sha512 = (file) => createHash('sha512').update(readFileSync(file)).digest('hex');

const identity = {
  GIT_AUTHOR_NAME: 'Rehearsal',
  GIT_AUTHOR_EMAIL: 'rehearsal@example.com',
  GIT_COMMITTER_NAME: 'Rehearsal',
  GIT_COMMITTER_EMAIL: 'rehearsal@example.com',
};
// The packages that were downloaded before serve again.
const cache = {
  npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
  npm_config_prefer_offline: 'true',
};
const ownRegistry = process.env.npm_config_registry ? { npm_config_registry: process.env.npm_config_registry } : {};

/** What a maintainer does, as CONTRIBUTING.md says. Returns the clone and its new version. */
const prepare = async () => {
  const cwd = join(work, 'maintainer');
  const env = environmentOf({ home: homedir(), variables: { ...identity, ...cache, ...ownRegistry } });
  const sh = (script) => runScript(script, { cwd, env });
  await runScript(`git clone --quiet --no-local "${root}" "${cwd}"`, { cwd: work, env });
  await sh('git checkout --quiet -B main && npm ci --ignore-scripts --no-audit --no-fund');
  const before = JSON.parse(read(cwd, 'package.json')).version;
  writeFileSync(
    join(cwd, '.changeset/rehearsal.md'),
    `---\n'lagclient': minor\n---\n\nRobots can whistle.\n\n\`whistle\` takes a tune.\n`,
  );
  await sh('git add .changeset && git commit --quiet -m "Let robots whistle" -m "They were silent."');
  // The change has a changeset, and a change of the package without one is noticed.
  await sh('npx changeset status --since=HEAD~1');
  await sh(`
    git checkout --quiet -b without-changeset && echo '// changed' >> src/index.ts
    git commit --quiet -am "Change the package" -m "Without a changeset."
    if npx changeset status --since=main; then echo "a missing changeset was not noticed"; exit 1; fi
    git checkout --quiet main`);
  // A tag too early is refused.
  await sh(
    `if node scripts/release/check-tag.mjs v${before}; then echo "a pending changeset was not noticed"; exit 1; fi`,
  );
  await sh('npm run version');

  const { version } = JSON.parse(read(cwd, 'package.json'));
  const today = new Date().toISOString().slice(0, 10);
  assert.notEqual(version, before);
  assert.ok(
    read(cwd, 'CHANGELOG.md').includes(
      `\n## ${version} (${today})\n\n### New and changed\n\n- Robots can whistle.\n\n  \`whistle\` takes a tune.\n\n## ${before} (`,
    ),
    `CHANGELOG.md has no such entry:\n${read(cwd, 'CHANGELOG.md').slice(0, 1000)}`,
  );
  assert.ok(
    read(cwd, 'CHANGELOG.md').startsWith(read(root, 'CHANGELOG.md').split('\n## ')[0]),
    'the introduction moved',
  );
  assert.equal(JSON.parse(read(cwd, 'jsr.json')).version, version);
  assert.equal(JSON.parse(read(cwd, 'package-lock.json')).version, version);
  assert.ok(read(cwd, 'src/version.ts').includes(`'${version}'`));
  assert.deepEqual(readdirSync(join(cwd, '.changeset')).toSorted(), ['README.md', 'changelog.cjs', 'config.json']);
  await sh(`git add -A && git commit --quiet -m "Release ${version}" -m "Robots can whistle."`);
  await sh('node scripts/check-commits.mjs HEAD~2..HEAD');
  await sh(`git tag v${version}`);
  return { cwd, version };
};

/** What must be true of what would be published. */
const inspect = async ({ version, artifacts, publish, registry }) => {
  const name = `lagclient-${version}.tgz`;
  assert.deepEqual(readdirSync(artifacts).toSorted(), [name, 'sbom.cdx.json']);
  const tarball = join(artifacts, name);
  const { manifest, files } = readTarball(tarball);
  assert.equal(manifest.version, version);
  assert.equal(manifest.author, 'lagclient contributors');
  assert.deepEqual(manifest.repository, { type: 'git', url: `git+${URL_OF_REPOSITORY}.git` });
  assert.equal(manifest.homepage, `${URL_OF_REPOSITORY}#readme`);
  assert.deepEqual(manifest.bugs, { url: `${URL_OF_REPOSITORY}/issues` });
  const readme = files.get('README.md').toString();
  assert.ok(
    readme.includes(`](${URL_OF_REPOSITORY}/blob/v${version}/docs/`),
    'README does not link to the tagged files',
  );
  assert.ok(files.get('CHANGELOG.md').toString().includes('Robots can whistle.'));

  const text = read(artifacts, 'sbom.cdx.json');
  assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text), null);
  const sbom = JSON.parse(text);
  const { component } = sbom.metadata;
  assert.equal(component.purl, `pkg:npm/lagclient@${version}`);
  assert.deepEqual(component.hashes, [{ alg: 'SHA-512', content: sha512(tarball) }]);
  const names = sbom.components.map((each) => each.name);
  for (const dependency of Object.keys(manifest.dependencies)) assert.ok(names.includes(dependency), dependency);

  // Provenance: npm accepts it only from a job with an identity, of the repository that the manifest names.
  const output = publish.printed[PUBLISH];
  assert.match(output, /Publishing to http:\/\/127\.0\.0\.1:\d+\/? with tag latest and public access \(dry-run\)/);
  const sha1 = createHash('sha1').update(readFileSync(tarball)).digest('hex');
  assert.ok(output.includes(sha1), 'what would be published is not the tarball that was checked');
  const npmVersion = (await runScript('npm --version', { cwd: work, env: process.env })).trim();
  const [major, minor] = npmVersion.split('.').map(Number);
  const canBeTrusted = major > 11 || (major === 11 && minor >= 5);
  if (canBeTrusted) assert.deepEqual(registry.seen, { identityRequests: 1, exchangedIdentities: ['lagclient'] });
  else log(`  npm ${npmVersion} is older than trusted publishing: the exchange of the identity was not rehearsed`);
};

/** Plants a package into a built clone: the list of parts and the licences must have it. */
const plant = async (clone, env) => {
  const folder = join(clone, 'node_modules/planted-package');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'planted-package', version: '6.6.6', license: 'MIT', type: 'module', main: 'index.js' }),
  );
  writeFileSync(join(folder, 'LICENSE'), 'Licence of the planted package');
  writeFileSync(join(folder, 'index.js'), `export const planted = () => 'planted';`);
  const entry = join(clone, 'src/sandbox/index.ts');
  writeFileSync(entry, `${readFileSync(entry, 'utf8')}\nexport { planted } from 'planted-package';\n`);
  const reviewed = join(clone, 'scripts/release/inlined.json');
  const sh = (script) => runScript(script, { cwd: clone, env });
  await sh('rm -f lagclient-*.tgz && npx rollup -c --silent && npm pack --ignore-scripts');
  await assert.rejects(sh('node scripts/release/sbom.mjs lagclient-*.tgz'), /planted-package@6\.6\.6 was not reviewed/);
  writeFileSync(reviewed, readFileSync(reviewed, 'utf8').replace('{', '{"planted-package@6.6.6": [],'));
  await sh('node scripts/release/sbom.mjs lagclient-*.tgz > planted.json');
  const found = JSON.parse(read(clone, 'planted.json')).components.find((each) => each.name === 'planted-package');
  assert.equal(found?.version, '6.6.6');
  assert.match(
    read(clone, 'dist/THIRD-PARTY-LICENSES.txt'),
    /^planted-package 6\.6\.6 \(MIT\)\n\nLicence of the planted package$/m,
  );
};

const PUBLISH = 'npm publish ./lagclient-*.tgz --provenance --access public';
const standIns = {
  // These run this very file, or are stages of their own.
  'bash .ci/run --except=runtimes':
    'npm ci --ignore-scripts --no-audit --no-fund && bash .ci/run format types && npx vitest run test/release test/docs/openapi.test.ts test/exports.test.ts',
  'npm run test:runtimes -- --tarball="$(echo lagclient-*.tgz)"': 'ls lagclient-*.tgz',
};

const registry = await openRegistry();
try {
  log(`release rehearsal in ${work}`);
  const { cwd: origin, version } = await prepare();
  log(`  prepared ${version}`);
  const { workflow, sha } = {
    workflow: parse(read(origin, '.github/workflows/release.yml')),
    sha: (await runScript(`git rev-list -n 1 v${version}`, { cwd: origin, env: process.env })).trim(),
  };
  for (const script of Object.keys(standIns))
    assert.ok(
      workflow.jobs.pack.steps.some((step) => step.run === script),
      `the workflow has no step ${script}`,
    );
  const artifacts = join(work, 'artifacts');
  const variables = {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_REF_NAME: `v${version}`,
    GITHUB_REF: `refs/tags/v${version}`,
    GITHUB_SHA: sha,
    ...cache,
  };
  const settings = { work, origin, artifacts, registry, standIns, log, home: homedir() };
  const pack = await runJob(workflow, 'pack', { ...settings, variables: { ...variables, ...ownRegistry } });
  // It has nothing but the artifact: a folder and a home of its own, and another registry.
  const home = join(work, 'home');
  mkdirSync(home);
  const publish = await runJob(workflow, 'publish', {
    ...settings,
    home,
    variables: { ...variables, npm_config_registry: registry.url, npm_config_dry_run: 'true' },
  });
  await inspect({ version, artifacts: join(artifacts, 'package'), publish, registry });
  log('  what would be published is as it should be');
  cpSync(pack.cwd, join(work, 'planted'), { recursive: true });
  await plant(join(work, 'planted'), environmentOf({ home: homedir(), variables: cache }));
  log('  a planted package is in the list of parts and in the licences');
  log('✔ 1 passed, 0 failed');
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  registry.close();
  if (!flags.keep) rmSync(work, { recursive: true, force: true });
}
