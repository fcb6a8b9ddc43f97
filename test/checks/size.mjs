// Asserts what the package adds to an application: esbuild, minified, brotli, 1 kB = 1000 bytes. `--update` writes README's table.
import { readFileSync, writeFileSync } from 'node:fs';
import { bundle, bytesOf, sizesOf } from './bytes.mjs';
import { entries, root } from './entries.mjs';

const CONTEXT = `export { createContext } from 'lagclient';`;
const SEND = `export { createContext, sendRoomMessage } from 'lagclient';`;
const OFETCH = `export { ofetchTransport } from 'lagclient/ofetch';`;
const exportOf = ({ name, specifier }) => `export { ${name} } from '${specifier}';`;

/** What makes more than one request, and so is no single operation. */
const COMPOSED = /^(?:iterate|wait|upload)|Once$/;
const SETTINGS = ['alone', 'shared', 'own'];

/** `{ alone, shared, own }`, from what `size` makes of each of these names. */
const forEachSetting = (size) => Object.fromEntries(SETTINGS.map((setting) => [setting, size(setting)]));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const known = new Map();
/** Brotli bytes of a bundle, `{ alone, shared, own }`; each bundle is made once. */
const brotliOf = (code) => {
  if (!known.has(code))
    known.set(
      code,
      sizesOf(code).then((sizes) => forEachSetting((setting) => sizes[setting].brotli)),
    );
  return known.get(code);
};

/** What `code` adds to a bundle of `base`. */
const addedBy = async (code, base) => {
  const [both, before] = [await brotliOf(base + code), await brotliOf(base)];
  return forEachSetting((setting) => both[setting] - before[setting]);
};

const resources = [];
for (const { specifier, isResource, node } of entries)
  if (isResource) for (const name of Object.keys(await import(root + node))) resources.push({ name, specifier });
const operations = resources.filter(({ name }) => !COMPOSED.test(name) && name !== 'sendRoomMessage');

/** What each operation adds, and what it adds where the models that it needs are there already. */
const added = await Promise.all(operations.map((operation) => addedBy(exportOf(operation), SEND)));
const addedToModels = await Promise.all(
  operations.map(async (operation) => {
    const { inputs } = await bundle(SEND + exportOf(operation));
    const models = Object.keys(inputs).filter((file) => file.startsWith('dist/models/') && inputs[file].bytesInOutput);
    const withModels = SEND + models.map((file) => `export * from './${file}';`).join('');
    return { name: operation.name, ...(await addedBy(exportOf(operation), withModels)) };
  }),
);
const dearest = addedToModels.toSorted((a, b) => b.alone - a.alone)[0];

const lambda = await bundle(readFileSync(`${root}docs/examples/aws-lambda/index.ts`, 'utf8'), { platform: 'node' });

/**
 * The limits catch leaks; they are no reason to write code that is harder to read. They are what was measured, and about
 * 2 %: what bounds, redacts and explains in the core takes twice the bytes that the calls alone took.
 */
const measured = [
  {
    name: '`createContext` and `sendRoomMessage`',
    size: await brotliOf(SEND),
    limits: { alone: 13_950, shared: 11_250 },
    inReadme: true,
  },
  {
    name: 'the same with `ofetchTransport`',
    size: await brotliOf(SEND + OFETCH),
    limits: { alone: 17_350, shared: 14_700 },
    inReadme: true,
  },
  {
    name: 'one more operation, the median',
    size: forEachSetting((setting) => median(added.map((size) => size[setting]))),
    limits: { alone: 110 },
    inReadme: true,
  },
  {
    name: 'all operations',
    size: await brotliOf(CONTEXT + resources.map(exportOf).join('')),
    limits: { alone: 20_200 },
    inReadme: true,
  },
  { name: `the dearest operation beside its models, \`${dearest.name}\``, size: dearest, limits: { alone: 215 } },
  ...(await Promise.all(
    Object.entries({ listenByPoll: 5650, listenBySse: 7400, listenRobotEvents: 7700 }).map(async ([name, alone]) => ({
      name: `\`${name}\` beside \`createContext\``,
      size: await addedBy(exportOf({ name, specifier: 'lagclient/robots' }), CONTEXT),
      limits: { alone },
    })),
  )),
  ...(await Promise.all(
    Object.entries({ verifyWebhook: 6400, createWebhookHandler: 8950 }).map(async ([name, alone]) => ({
      name: `\`${name}\``,
      size: await brotliOf(exportOf({ name, specifier: 'lagclient/robots' })),
      limits: { alone },
    })),
  )),
  {
    name: 'a Lambda handler that sends a message: `esbuild --platform=node --minify`, not compressed',
    size: { alone: bytesOf(lambda.code).min },
    limits: { alone: 45_000 },
  },
];

const failures = [];
for (const { name, size, limits } of measured) {
  for (const [setting, limit] of Object.entries(limits))
    if (!(size[setting] <= limit)) failures.push(`${name}, ${setting}: ${size[setting]} bytes, ${limit} allowed`);
  const limitOf = (setting) => (limits[setting] ? ` of ${limits[setting]}` : '');
  const cells = SETTINGS.filter((setting) => setting in size).map(
    (setting) => `${setting} ${size[setting]}${limitOf(setting)}`,
  );
  console.log(`${name}: ${cells.join(', ')}`);
}

const head = ['bundle', 'alone', 'beside neverthrow and valibot', 'without dependencies'];
const rows = measured
  .filter(({ inReadme }) => inReadme)
  .map(({ name, size }) => [name, ...SETTINGS.map((setting) => `${size[setting]}`)]);
const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
const lineOf = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
const table = [head, widths.map((width) => '-'.repeat(width)), ...rows].map(lineOf).join('\n');

const file = `${root}README.md`;
const readme = readFileSync(file, 'utf8');
const written = /(?<=^## Bundle size\n[^|]*)^\|[^#]*\|$/m.exec(readme)?.[0];
if (!written) failures.push('README has no table of sizes');
else if (process.argv.includes('--update')) writeFileSync(file, readme.replace(written, table));
else if (written !== table) failures.push('README says other sizes: node test/checks/size.mjs --update');

for (const failure of failures) console.error(failure);
process.exitCode = failures.length ? 1 : 0;
