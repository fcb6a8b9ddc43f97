// Asserts what the package adds to an application: esbuild, minified, brotli, 1 kB = 1000 bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { bundle, weigh } from './bytes.mjs';
import { entries, root } from './entries.mjs';

const budgets = {
  default: { limit: 7400 },
  ownCode: { limit: 4500, target: 1600 },
  allOperations: { limit: 14_000 },
  /** The median of one more operation, whatever it brings along. */
  medianOperation: { limit: 110 },
  /** Each operation where its schema is already there. */
  eachOperation: { limit: 150 },
  /** What a listener adds to `createContext`. */
  listenByPoll: { limit: 1400 },
  listenBySse: { limit: 2800 },
  /** Both, because the transport is a value. */
  listenRobotEvents: { limit: 2820, target: 2800 },
  verifyWebhook: { limit: 3400 },
  createWebhookHandler: { limit: 4400 },
};
/** What does more than one request, and so is no single operation. */
const composed = /^(iterate|wait|upload)|Once$/;

const brotli = async (code, external) => weigh((await bundle(code, external)).code).brotli;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const names = [];
for (const { specifier, isResource, node } of entries)
  if (isResource) for (const name of Object.keys(await import(root + node))) names.push({ name, specifier });
const operations = names.filter(({ name }) => !composed.test(name) && name !== 'sendRoomMessage');

const first = `export { createContext, sendRoomMessage } from 'lagclient';`;
const firstSize = await brotli(first);

const costs = [];
const costsWithSchema = [];
for (const { name, specifier } of operations) {
  const added = `export { ${name} } from '${specifier}';`;
  const { code, inputs } = await bundle(first + added);
  costs.push({ name, bytes: weigh(code).brotli - firstSize });
  const schemas = Object.entries(inputs)
    .filter(([file, { bytesInOutput }]) => bytesInOutput && file.includes('dist/models/'))
    .map(([file]) => `export * from './${file}';`)
    .join('');
  costsWithSchema.push({ name, bytes: (await brotli(first + schemas + added)) - (await brotli(first + schemas)) });
}
const dearest = costsWithSchema.toSorted((a, b) => b.bytes - a.bytes);

const context = `export { createContext } from 'lagclient';`;
const contextSize = await brotli(context);
const robots = (name) => `export { ${name} } from 'lagclient/robots';`;

const all = names.map(({ name, specifier }) => `export { ${name} } from '${specifier}';`).join('');
const measured = {
  default: firstSize,
  fetchTransport: await brotli(`export { createContext, fetchTransport, sendRoomMessage } from 'lagclient';`),
  ownCode: await brotli(first, ['./vendor/*', '../vendor/*', '../../vendor/*']),
  allOperations: await brotli(`export { createContext } from 'lagclient';${all}`),
  medianOperation: median(costs.map(({ bytes }) => bytes)),
  eachOperation: dearest[0].bytes,
  listenByPoll: (await brotli(context + robots('listenByPoll'))) - contextSize,
  listenBySse: (await brotli(context + robots('listenBySse'))) - contextSize,
  listenRobotEvents: (await brotli(context + robots('listenRobotEvents'))) - contextSize,
  verifyWebhook: await brotli(robots('verifyWebhook')),
  createWebhookHandler: await brotli(robots('createWebhookHandler')),
};

console.table(
  Object.fromEntries(Object.entries(budgets).map(([name, budget]) => [name, { bytes: measured[name], ...budget }])),
);
console.log(
  `${names.length} exports of resources; dearest operations: ${dearest
    .slice(0, 8)
    .map(({ name, bytes }) => `${name} ${bytes}`)
    .join(', ')}`,
);

// What the README says, to the byte; `--update` writes it.
const said = {
  '`createContext` and `sendRoomMessage`': measured.default,
  '`createContext`, `fetchTransport` and `sendRoomMessage`': measured.fetchTransport,
  'one more operation, the median': measured.medianOperation,
  'all operations': measured.allOperations,
};
let readme = readFileSync(`${root}README.md`, 'utf8');
const wrong = [];
for (const [label, bytes] of Object.entries(said)) {
  const row = new RegExp(`(\\| ${label} +\\| +)([\\d ]+?)( *\\|)`);
  if (row.exec(readme)?.[2] !== `${bytes}`) wrong.push(`the README does not say ${bytes} for ${label}: --update`);
  readme = readme.replace(row, (_, before, __, after) => before + bytes + after);
}
if (process.argv.includes('--update')) writeFileSync(`${root}README.md`, readme);
else for (const line of wrong) console.error(line);

const over = Object.entries(budgets).filter(([name, { limit }]) => !(measured[name] <= limit));
for (const [name, { limit }] of over) console.error(`${name}: ${measured[name]} bytes, ${limit} allowed`);
process.exitCode = over.length || (wrong.length && !process.argv.includes('--update')) ? 1 : 0;
