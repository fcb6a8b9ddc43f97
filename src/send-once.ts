import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { readSettings, type CallOptions, type LagResponseInfo } from './call-options.js';
import { stateOf, type LagContext, type UsableState } from './context.js';
import { renewError, type LagError, type LagErrorKind } from './errors.js';
import { ownFields, toInvalidInput } from './invalid-input.js';
import type { Identity } from './models/identity.js';
import type { CursorQuery, MessagePage } from './models/messages.js';
import type { RoomMessage, SendRoomMessageBody } from './models/room-messages.js';
import { notify } from './pipeline/notify.js';
import { parseHttpDate, retryAfterMs } from './pipeline/retry-after.js';
import { backoffMs } from './pipeline/retry.js';
import { sleep } from './pipeline/sleep.js';
import type { LagResult } from './pipeline/types.js';

/** The operations that it is made of. */
export interface SendOnceOperations {
  readonly send: (body: SendRoomMessageBody, options: CallOptions) => LagResult<RoomMessage>;
  readonly list: (ctx: LagContext, query: CursorQuery, options: CallOptions) => LagResult<MessagePage<RoomMessage>>;
  readonly getIdentity: (ctx: LagContext, options: CallOptions) => LagResult<Identity>;
}

// A `Date` header tells whole seconds, and the server's parts may differ by some.
const CLOCK_SLACK_MS = 2000;

// Of 100 messages each. If more arrived since the first attempt, nobody can say.
const MAX_PAGES = 10;

/** Failures after which the message may be there. */
const MAY_HAVE_SENT: ReadonlySet<LagErrorKind> = /*#__PURE__*/ new Set([
  'server',
  'connection',
  'timeout',
  'invalid_response',
]);

/** How long ago the first attempt began. */
interface Elapsed {
  /** By a clock that never steps, but may stand still while the machine sleeps. */
  readonly leastMs: number;
  /** By the wall clock, if that says more. */
  readonly mostMs: number;
}

const startStopwatch = (): (() => Elapsed) => {
  const startedAt = performance.now();
  const wallStartedAt = Date.now();
  return () => {
    const leastMs = performance.now() - startedAt;
    return { leastMs, mostMs: Math.max(leastMs, Date.now() - wallStartedAt) };
  };
};

/** Whether a message is in its room. */
type Search =
  | { readonly status: 'found'; readonly message: RoomMessage }
  | { readonly status: 'absent' }
  | { readonly status: 'unknown' };

/** Sends; after an ambiguous failure looks for the message, and sends again only if it is certainly not there. */
export const sendOnce = (
  ctx: LagContext,
  body: SendRoomMessageBody,
  options: CallOptions | undefined,
  operations: SendOnceOperations,
): LagResult<RoomMessage> => new ResultAsync(run(ctx, body, options, operations));

const run = async (
  ctx: LagContext,
  body: SendRoomMessageBody,
  options: CallOptions | undefined,
  operations: SendOnceOperations,
): Promise<Result<RoomMessage, LagError>> => {
  try {
    const startedAt = performance.now();
    const readElapsed = startStopwatch();
    // A copy, so that each attempt sends the same.
    const message = ownFields(body);
    const given: CallOptions = Object.assign(ownFields(options), { retry: 'safe' } as const);
    const first = await operations.send(message, given);
    const known = stateOf(ctx);
    if (first.isOk() || !known.isUsable || !first.error.maybeApplied) return first;
    return await settle(ctx, known.state, message, given, { startedAt, readElapsed }, first.error, operations);
  } catch (thrown) {
    return err(renewError(toInvalidInput(thrown), { method: 'POST' }));
  }
};

/** Goes on after an ambiguous failure, until the message is found, sent again, or the attempts are used up. */
const settle = async (
  ctx: LagContext,
  state: UsableState,
  message: SendRoomMessageBody,
  given: CallOptions,
  { startedAt, readElapsed }: { readonly startedAt: number; readonly readElapsed: () => Elapsed },
  firstError: LagError,
  operations: SendOnceOperations,
): Promise<Result<RoomMessage, LagError>> => {
  const { maxRetries, maxRetryAfterMs, deadlineMs } = { ...state.settings, ...readSettings(given) };
  const endsAt = startedAt + deadlineMs;
  const remainingOptions = (): CallOptions => ({ ...given, deadlineMs: endsAt - performance.now() });
  const signal = given.signal ?? state.signal;
  let { attempts } = firstError;
  let error = firstError;
  for (let losses = 0; ; losses++) {
    const failure = err(renewError(error, { attempts, maybeApplied: true }));
    const askedMs = retryAfterMs(error);
    // Time for a server that is still processing, too.
    const waitMs = Math.max(askedMs, backoffMs(losses));
    const isOver = askedMs > maxRetryAfterMs || performance.now() + waitMs >= endsAt;
    if (isOver || !MAY_HAVE_SENT.has(error.kind)) return failure;
    await sleep(waitMs, signal);
    const search = await findSentMessage(ctx, message, readElapsed, remainingOptions, operations);
    if (search.status === 'found') return ok(search.message);
    const maySendAgain = attempts <= maxRetries && performance.now() + 1 < endsAt && error.kind !== 'invalid_response';
    if (search.status === 'unknown' || !maySendAgain) return failure;
    const sent = await operations.send(message, { ...remainingOptions(), maxRetries: maxRetries - attempts });
    if (sent.isOk()) return sent;
    ({ error } = sent);
    attempts += error.attempts;
  }
};

/** Looks for the message among the latest of its room. */
const findSentMessage = async (
  ctx: LagContext,
  sent: SendRoomMessageBody,
  readElapsed: () => Elapsed,
  remainingOptions: () => CallOptions,
  { list, getIdentity }: SendOnceOperations,
): Promise<Search> => {
  const me = await getIdentity(ctx, remainingOptions());
  if (me.isErr()) return { status: 'unknown' };
  let serverNow: number | undefined;
  const onResponse = (response: LagResponseInfo) => {
    serverNow = parseHttpDate(response.headers.get('date') ?? '');
    notify(remainingOptions().onResponse, response);
  };
  const isCandidate = (message: RoomMessage) => isWrittenBy(message, me.value) && hasContentOf(message, sent);
  let newestAt: number | undefined;
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await list(ctx, { limit: 100, cursor }, { ...remainingOptions(), onResponse });
    if (page.isErr()) return { status: 'unknown' };
    const { messages, hasMore, nextCursor } = page.value;
    newestAt ??= Math.max(...messages.map(writtenAt));
    // Where the server does not tell the time, its newest message says how late it is there at least.
    const earliestNow = serverNow ?? newestAt;
    const { leastMs, mostMs } = readElapsed();
    // It is not older than this.
    const since = earliestNow - mostMs - CLOCK_SLACK_MS;
    const candidate = messages.find((message) => isCandidate(message) && !(writtenAt(message) < since));
    if (candidate) {
      // One from before may have been sent earlier on, if the wall clock stepped ahead.
      const isOfThisCall = writtenAt(candidate) >= earliestNow - leastMs - CLOCK_SLACK_MS;
      const isCertain = isOfThisCall && serverNow !== undefined && newestAt <= serverNow + CLOCK_SLACK_MS;
      return isCertain ? { status: 'found', message: candidate } : { status: 'unknown' };
    }
    if (!hasMore || !nextCursor || messages.some((message) => writtenAt(message) < since)) {
      // A message from the future says that the clocks behind `Date` and `createdAt` differ.
      return newestAt > earliestNow + CLOCK_SLACK_MS ? { status: 'unknown' } : { status: 'absent' };
    }
    cursor = nextCursor;
  }
  return { status: 'unknown' };
};

const writtenAt = ({ createdAt }: RoomMessage): number => Date.parse(createdAt);

const isWrittenBy = (message: RoomMessage, { kind, id }: Identity): boolean =>
  (kind === 'robot' ? message.robotId : message.userId) === id;

const hasContentOf = (message: RoomMessage, { content = '', replyToId, imageId }: SendRoomMessageBody): boolean =>
  message.content.trim() === content.trim() &&
  (!imageId || message.image?.id === imageId) &&
  (!replyToId || message.replyTo?.id === replyToId);
