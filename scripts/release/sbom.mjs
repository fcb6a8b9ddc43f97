// Lists what a tarball contains and installs, in CycloneDX 1.6 JSON:
//
//   node scripts/release/sbom.mjs lagclient-1.2.3.tgz > sbom.cdx.json
//
// Run it where the tarball was built: it reads `dist/bundle-record.json` (written by record-bundle.mjs) and the lockfile
// there, and fails where they do not belong to the tarball.
import { sbomOf } from './parts.mjs';

const [file] = process.argv.slice(2);
if (!file) {
  console.error('Usage: node scripts/release/sbom.mjs TARBALL');
  process.exit(2);
}
const { sbom, problems } = sbomOf(file);
for (const problem of problems) console.error(problem);
console.log(JSON.stringify(sbom, null, 2));
process.exitCode = problems.length > 0 ? 1 : 0;
