import { createContext, getIdentity, sendRoomMessage } from 'lagclient';
import { Err, err, errAsync, Ok, ok, okAsync, Result, ResultAsync, safeTry } from 'neverthrow';

// The app's own neverthrow is the one that the package uses, so that classes, helpers and chains mix in both directions.
globalThis.app = async ({ sandbox, tokens, ids }) => {
  const ctx = createContext(tokens.ada, { baseUrl: sandbox });
  const send = (content) => sendRoomMessage(ctx, ids.server, ids.rooms.quiet, { content });

  const call = getIdentity(ctx);
  const succeeded = await call;
  const failed = await send('');
  const instances = [call instanceof ResultAsync, succeeded instanceof Ok, failed instanceof Err, failed instanceof Ok];

  const told = await safeTry(async function* () {
    const me = yield* getIdentity(ctx);
    const sent = yield* send(`hi from ${me.displayName}`);
    return ok(sent.content);
  });
  const stopped = await safeTry(async function* () {
    yield* err('stopped before it was sent');
    return send('never');
  });
  const both = await ResultAsync.combine([getIdentity(ctx), okAsync({ displayName: 'me' })]);
  const settled = Result.combineWithAllErrors([succeeded.map(() => 1), failed, err('own')]);
  const inward = await okAsync('inward').andThen(send);
  const outward = await getIdentity(ctx).andThen(() => okAsync('outward'));
  const refused = await getIdentity(ctx).andThen(() => errAsync('refused'));
  return [
    instances.join(' '),
    told._unsafeUnwrap(),
    stopped._unsafeUnwrapErr(),
    both._unsafeUnwrap().map((one) => one.displayName),
    settled._unsafeUnwrapErr().map((error) => error.kind ?? error),
    inward._unsafeUnwrap().content,
    outward._unsafeUnwrap(),
    refused._unsafeUnwrapErr(),
  ].join(', ');
};
