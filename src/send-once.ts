import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { CallOptions, LagContext, ContextState } from './context.js';
import { setFields, type LagError } from './errors.js';
import type { CursorQuery, MessagePage } from './models/messages.js';
import type { RoomMessage, SendRoomMessageBody } from './models/room-messages.js';
import { settingsOf, toInvalidInput } from './call-options.js';
import { backoffMs } from './pipeline/retry.js';
import { sleep } from './pipeline/sleep.js';
import type { LagResult } from './pipeline/types.js';
import { getIdentity } from './operations/identity.js';

type Send = (body: SendRoomMessageBody, options: CallOptions) => LagResult<RoomMessage>;
type List = (ctx: LagContext, query: CursorQuery, options: CallOptions) => LagResult<MessagePage<RoomMessage>>;

// How much earlier than the first try a message may seem to be: a `Date` header knows only seconds.
const SLACK_MS = 2000;

// Of 100 messages each. Where more came since the first try, nobody can say.
const MAX_PAGES = 10;

/** Sends; after an ambiguous failure looks for the message, and sends again only where it is not there. */
export const sendOnce = (
  ctx: LagContext,
  body: SendRoomMessageBody,
  options: CallOptions | undefined,
  send: Send,
  list: List,
): LagResult<RoomMessage> => new ResultAsync(run(ctx as ContextState, body, options, send, list));

const run = async (
  ctx: ContextState,
  body: SendRoomMessageBody,
  options: CallOptions | undefined,
  send: Send,
  list: List,
): Promise<Result<RoomMessage, LagError>> => {
  try {
    const startedAt = Date.now();
    // Copies, so that each try is the same.
    const message = { ...body };
    const given: CallOptions = { ...options, retry: 'safe' };
    const { maxRetries, maxRetryAfterMs, deadlineMs } = { ...ctx.settings, ...settingsOf(given) };
    const endsAt = performance.now() + deadlineMs;
    const rest = (): CallOptions => ({ ...given, deadlineMs: endsAt - performance.now() });
    let sent = await send(message, given);
    for (let attempts = 0, lost = 0; ; lost++) {
      if (sent.isOk()) return sent;
      const error: LagError & { readonly retryAfterSeconds?: number } = sent.error;
      attempts += error.attempts;
      if (!lost && !error.maybeApplied) return sent;
      setFields(error, { attempts, maybeApplied: true });
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      // Time for a server that is still at it, too.
      const waitMs = Math.max(askedMs, backoffMs(lost));
      const isOver = askedMs > maxRetryAfterMs || performance.now() + waitMs >= endsAt;
      if (isOver || !/^(server|connection|timeout|invalid_response)$/.test(error.kind)) return sent;
      await sleep(waitMs, given.signal);
      const found = await look(ctx, message, startedAt, list, rest).catch(() => undefined);
      if (found) return ok(found);
      const mayTryAgain = attempts <= maxRetries && performance.now() + 1 < endsAt && error.kind !== 'invalid_response';
      if (found === undefined || !mayTryAgain) return sent;
      sent = await send(message, { ...rest(), maxRetries: maxRetries - attempts });
    }
  } catch (thrown) {
    return err(setFields(toInvalidInput(thrown), { method: 'POST' }));
  }
};

/** The message among the latest of its room, `null` where it is not, `undefined` where that cannot be said. */
const look = async (
  ctx: ContextState,
  { content = '', replyToId, imageId }: SendRoomMessageBody,
  startedAt: number,
  list: List,
  rest: () => CallOptions,
): Promise<RoomMessage | null | undefined> => {
  const me = await getIdentity(ctx, rest());
  if (me.isErr()) return undefined;
  const { kind, id } = me.value;
  let since = startedAt - SLACK_MS;
  const isEarlier = ({ createdAt }: RoomMessage) => Date.parse(createdAt) < since;
  const isIt = (message: RoomMessage) =>
    (kind === 'robot' ? message.robotId : message.userId) === id &&
    message.content.trim() === content.trim() &&
    (!imageId || message.image?.id === imageId) &&
    (!replyToId || message.replyTo?.id === replyToId) &&
    !isEarlier(message);
  // Times of messages are the server's.
  const reading: ContextState = {
    ...ctx,
    handle: (request) =>
      ctx.handle(request).map((response) => {
        const serverNow = Date.parse(response.headers.get('date')!);
        if (serverNow) since = startedAt - SLACK_MS + serverNow - Date.now();
        return response;
      }),
  };
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await list(reading, { limit: 100, cursor }, rest());
    if (page.isErr()) return undefined;
    const { messages, hasMore, nextCursor } = page.value;
    const found = messages.find(isIt);
    if (found) return found;
    if (!hasMore || !nextCursor || messages.some(isEarlier)) return null;
    cursor = nextCursor;
  }
  return undefined;
};
