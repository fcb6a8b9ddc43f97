import { createContext, getIdentity, sendRoomMessage } from 'lagclient';
import { errAsync, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';

// The user's own neverthrow, which is another copy than the package's.
const { sandbox, tokens, ids } = JSON.parse(process.env.CONFORMANCE);
const ctx = createContext(tokens.ada, { baseUrl: sandbox });
const send = (content) => sendRoomMessage(ctx, ids.server, ids.rooms.quiet, { content });

const told = await safeTry(async function* () {
  const me = yield* getIdentity(ctx);
  const sent = yield* send(`hi from ${me.displayName}`);
  return ok(sent.content);
});
const both = await ResultAsync.combine([getIdentity(ctx), okAsync({ displayName: 'me' })]);
const inward = await okAsync('inward').andThen(send);
const outward = await getIdentity(ctx).andThen(() => okAsync('outward'));
const failed = await getIdentity(ctx).andThen(() => errAsync('failed'));
console.log(
  told._unsafeUnwrap(),
  both._unsafeUnwrap().map((one) => one.displayName),
  inward._unsafeUnwrap().content,
  outward._unsafeUnwrap(),
  failed._unsafeUnwrapErr(),
);
