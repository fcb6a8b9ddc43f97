import { readFileSync } from 'node:fs';
import { createContext, getIdentity } from 'lagclient';

// Every entry of the exports map, and a call. Run by Node, Bun and Deno.
const { exports } = JSON.parse(
  readFileSync(new URL('../node_modules/lagclient/package.json', import.meta.url), 'utf8'),
);
const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
for (const entry of entries) {
  const names = Object.keys(await import(entry.replace('.', 'lagclient')));
  if (!names.length) throw new Error(`${entry} exports nothing`);
}
const { sandbox, tokens } = JSON.parse(process.env.CONFORMANCE);
const me = await getIdentity(createContext(tokens.ada, { baseUrl: sandbox }));
console.log(`${entries.length} entries, ${me._unsafeUnwrap().displayName}`);
