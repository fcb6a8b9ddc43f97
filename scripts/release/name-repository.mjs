// Writes where the project lives into what will be packed:
//
//   node scripts/release/name-repository.mjs https://github.com/OWNER/NAME v1.2.3
//
// package.json names no repository, because the project has no public one yet. Links in README.md are relative, so that
// they work in every clone. npm and editors show README outside of one, so what is packed links to the tagged files.
import { readFileSync, writeFileSync } from 'node:fs';

const [url, ref] = process.argv.slice(2);
if (!URL.canParse(url) || url.endsWith('/') || !ref) {
  console.error('Usage: node scripts/release/name-repository.mjs https://github.com/OWNER/NAME TAG');
  process.exit(2);
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const named = {
  ...manifest,
  repository: { type: 'git', url: `git+${url}.git` },
  homepage: `${url}#readme`,
  bugs: { url: `${url}/issues` },
};
writeFileSync('package.json', `${JSON.stringify(named, null, 2)}\n`);

const absolute = (target, kind) =>
  /^([a-z][a-z\d+.-]*:|\/\/|#)/i.test(target) ? target : `${url}/${kind}/${ref}/${target.replace(/^\.?\//, '')}`;

/** Markdown without code, with each relative target made absolute: an image's first, because a link may hold one. */
const withAbsoluteTargets = (text) =>
  text
    .replace(/(!\[[^\]]*\]\()([^)\s]+)/g, (_, before, target) => before + absolute(target, 'raw'))
    .replace(/(\]\()([^)\s]+)/g, (_, before, target) => before + absolute(target, 'blob'))
    .replace(/^(\[[^\]]+\]:\s+)(\S+)/gm, (_, before, target) => before + absolute(target, 'blob'))
    .replace(/(\bsrc=")([^"]+)/g, (_, before, target) => before + absolute(target, 'raw'))
    .replace(/(\bhref=")([^"]+)/g, (_, before, target) => before + absolute(target, 'blob'));

const CODE = /(^ *(?:```|~~~)[^]*?^ *(?:```|~~~) *$|`[^`\n]*`)/m;
// What a capturing pattern matched is at the odd places of the result.
const parts = readFileSync('README.md', 'utf8').split(CODE);
writeFileSync('README.md', parts.map((part, index) => (index % 2 ? part : withAbsoluteTargets(part))).join(''));
