// What `sbom.mjs` lists: see there.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOf, readReviewed } from './packages.mjs';
import { readTarball } from './tarball.mjs';

const hashOf = (content) => createHash('sha256').update(content).digest('hex');
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}${version ? `@${version}` : ''}`;

/** `sha512-…` of a lockfile as CycloneDX wants it. */
const hashesOf = (integrity) =>
  integrity?.startsWith('sha512-')
    ? {
        hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') }],
      }
    : {};

const licensesOf = (license) => {
  if (!license) return {};
  const isExpression = / (AND|OR|WITH) /.test(license);
  return {
    licenses: isExpression ? [{ expression: license.replace(/^\((.*)\)$/, '$1') }] : [{ license: { id: license } }],
  };
};

const property = (name, value) => ({ name, value });

/** A package that the tarball makes npm install. Its version is the user's, within the range. */
const dependencyOf = (name, range, kind, scope) => ({
  type: 'library',
  'bom-ref': purlOf(name),
  name,
  scope,
  purl: purlOf(name),
  properties: [property('lagclient:dependency:kind', kind), property('lagclient:dependency:range', range)],
});

/** A package, or a copy inside of one, whose code is in the tarball. */
const bundledPartOf = (part, locations) => ({
  type: 'library',
  'bom-ref': purlOf(part.name, part.version),
  name: part.name,
  version: part.version,
  scope: 'required',
  ...hashesOf(part.integrity),
  ...licensesOf(part.license),
  purl: purlOf(part.name, part.version),
  properties: [property('cdx:npm:package:bundled', 'true')],
  evidence: { occurrences: locations.map((location) => ({ location })) },
});

/**
 * What is in a tarball, checked against its files.
 *
 * @param tarball What `readTarball` returned.
 * @param record The parsed `dist/bundle-record.json` of the build.
 * @param inlinedIn What `readReviewed` returned.
 * @returns The bundled packages with the copies inside of them and the files they are in, and every contradiction.
 */
export const findBundledParts = ({ manifest, files }, record, inlinedIn) => {
  const problems = [];
  for (const [path, content] of files) {
    if (!path.endsWith('.js')) continue;
    if (!record.files[path])
      problems.push(`${path} is in the tarball, and the build did not record what it is made of`);
    else if (record.files[path].sha256 !== hashOf(content)) problems.push(`${path} is not the file that was recorded`);
  }
  const isInstalled = (name) => name in { ...manifest.dependencies, ...manifest.peerDependencies };
  const licenseText = files.get('dist/THIRD-PARTY-LICENSES.txt')?.toString() ?? '';
  const parts = record.packages.flatMap((found) => {
    const id = idOf(found);
    const locations = Object.entries(record.files).flatMap(([path, { packages }]) =>
      packages.includes(id) && files.has(path) ? [path] : [],
    );
    if (locations.length === 0) return [];
    const code = locations.map((path) => files.get(path).toString()).join('\n');
    const inlined = inlinedIn(id);
    if (!inlined) problems.push(`${id} was not reviewed for copies of other packages: see scripts/release/README.md`);
    if (isInstalled(found.name)) problems.push(`${id} is bundled, though it is a dependency as well`);
    if (!found.license || !found.hasLicense) problems.push(`${id} has no licence`);
    for (const { name, version, evidence } of inlined ?? [])
      for (const text of evidence)
        if (!code.includes(text)) problems.push(`${name} ${version} is not inside of ${id} any more: review it again`);
    for (const { name, version } of [found, ...(inlined ?? [])])
      if (!licenseText.includes(`${name} ${version}`)) problems.push(`the licence of ${name} ${version} is not packed`);
    return [{ ...found, locations, inlined: inlined ?? [] }];
  });
  return { parts, problems };
};

/** A UUID made of a digest, so that the same tarball gives the same list. */
const uuidOf = (sha512) => {
  const digits = sha512.slice(0, 32).split('');
  digits[12] = '5';
  digits[16] = '8';
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/**
 * The CycloneDX document of a tarball.
 *
 * @param parts What `findBundledParts` returned.
 * @param integrityOf From a path of the lockfile to the package's checksum.
 */
export const createSbom = ({ manifest, sha512 }, parts, integrityOf) => {
  const { name, version, description, license, repository, homepage, bugs } = manifest;
  const references = [
    ['vcs', repository?.url],
    ['website', homepage],
    ['issue-tracker', bugs?.url],
  ].flatMap(([type, url]) => (url ? [{ type, url }] : []));
  const root = {
    type: 'library',
    'bom-ref': purlOf(name, version),
    name,
    version,
    description,
    hashes: [{ alg: 'SHA-512', content: sha512 }],
    ...licensesOf(license),
    purl: purlOf(name, version),
    ...(references.length > 0 && { externalReferences: references }),
  };
  const isOptionalPeer = (peer) => manifest.peerDependenciesMeta?.[peer]?.optional === true;
  const installed = [
    ...Object.entries(manifest.dependencies ?? {}).map(([each, range]) =>
      dependencyOf(each, range, 'dependency', 'required'),
    ),
    ...Object.entries(manifest.optionalDependencies ?? {}).map(([each, range]) =>
      dependencyOf(each, range, 'optional', 'optional'),
    ),
    ...Object.entries(manifest.peerDependencies ?? {}).map(([each, range]) =>
      dependencyOf(each, range, 'peer', isOptionalPeer(each) ? 'optional' : 'required'),
    ),
  ];
  const bundled = parts.flatMap(({ locations, inlined, ...part }) => [
    bundledPartOf({ ...part, integrity: integrityOf(part.lockfilePath) }, locations),
    ...inlined.map((copy) => bundledPartOf(copy, locations)),
  ]);
  const insideOf = parts.map(({ inlined, ...part }) => ({
    ref: purlOf(part.name, part.version),
    dependsOn: inlined.map((copy) => purlOf(copy.name, copy.version)),
  }));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(sha512)}`,
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: root },
    components: [...installed, ...bundled],
    dependencies: [
      {
        ref: root['bom-ref'],
        dependsOn: [...installed, ...parts.map((part) => ({ 'bom-ref': purlOf(part.name, part.version) }))].map(
          (each) => each['bom-ref'],
        ),
      },
      ...insideOf,
    ],
    compositions: [
      // Whatever is in the tarball is listed. What the dependencies install in turn is up to their ranges.
      { aggregate: 'complete', assemblies: [root['bom-ref']] },
      { aggregate: 'incomplete', dependencies: installed.map((each) => each['bom-ref']) },
    ],
  };
};

/** Reads what a build left in `folder`, and makes the list of the tarball that was packed there. */
export const sbomOf = (tarballFile, folder = '.') => {
  const read = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const tarball = readTarball(tarballFile);
  const record = read('dist/bundle-record.json');
  const { packages } = read('package-lock.json');
  const { parts, problems } = findBundledParts(tarball, record, readReviewed(join(folder, 'scripts/release')));
  return { sbom: createSbom(tarball, parts, (path) => packages[path]?.integrity), problems };
};
