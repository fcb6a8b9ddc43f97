import {
  createContext,
  getIdentity,
  sendRoomMessage,
  type Identity,
  type LagError,
  type LagResult,
  type RoomMessage,
} from 'lagclient';
import { err, errAsync, ok, okAsync, ResultAsync, safeTry, type Result } from 'neverthrow';

// What the package returns and what the app's own neverthrow makes are one type, in both directions.
const ctx = createContext('lag_pat_x');
const send = (content: string): LagResult<RoomMessage> => sendRoomMessage(ctx, 's', 'r', { content });

export const theirs: ResultAsync<Identity, LagError> = getIdentity(ctx);
export const ours: LagResult<string> = okAsync<string, LagError>('ours');
export const inward: ResultAsync<RoomMessage, LagError> = okAsync('inward').andThen(send);
export const outward: ResultAsync<number, LagError | 'own'> = getIdentity(ctx).andThen((me) =>
  me.displayName ? okAsync(1) : errAsync('own' as const),
);
export const combined: ResultAsync<[Identity, number], LagError> = ResultAsync.combine([getIdentity(ctx), okAsync(1)]);
export const told: ResultAsync<string, LagError | 'silent'> = safeTry(async function* () {
  const me = yield* getIdentity(ctx);
  if (me.displayName === '') return err('silent' as const);
  const sent = yield* send(me.displayName);
  return ok(sent.content);
});
export const settled: Promise<Result<Identity, LagError>> = (async () => await getIdentity(ctx))();
