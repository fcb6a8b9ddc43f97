import { createContext, sendRoomMessage } from 'lagclient';

const ctx = createContext(process.env.LAG_TOKEN ?? '', { timeoutMs: 2_000 });

// A 429 is waited for; a 500 is not, because the message may have been sent all the same.
const sent = await sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'once' });

if (sent.isOk()) console.log('sent', sent.value.content);
else console.log(sent.error.kind, sent.error.maybeApplied ? 'it may have arrived' : 'it did not arrive');
