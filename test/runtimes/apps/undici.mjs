import { createContext, getIdentity } from 'lagclient';
import { undiciTransport } from 'lagclient/node';

const { sandbox, tokens } = JSON.parse(process.env.CONFORMANCE);
const transport = undiciTransport();
const me = await getIdentity(createContext(tokens.ada, { transport, baseUrl: sandbox }));
console.log(me._unsafeUnwrap().displayName);
await transport.close();
