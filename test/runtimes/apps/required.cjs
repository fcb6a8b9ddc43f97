'use strict';
const { createContext, getIdentity } = require('lagclient');
const { ResultAsync } = require('neverthrow');

// Every entry of the exports map by `require`, and a call.
const { exports: map } = require('lagclient/package.json');
const entries = Object.keys(map).filter((entry) => entry !== './package.json');
for (const entry of entries) {
  if (!Object.keys(require(entry.replace('.', 'lagclient'))).length) throw new Error(`${entry} exports nothing`);
}
const { sandbox, tokens } = JSON.parse(process.env.CONFORMANCE);
const call = getIdentity(createContext(tokens.ada, { baseUrl: sandbox }));
if (!(call instanceof ResultAsync)) throw new Error('it has another neverthrow than who requires it');
call.then((me) => console.log(`${entries.length} entries, ${me._unsafeUnwrap().displayName}`));
