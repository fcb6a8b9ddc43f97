import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { LagContext } from '../context.js';
import type { LagError } from '../errors.js';
import type { RoomMessage } from '../models/room-messages.js';
import { getIdentity } from '../operations/identity.js';
import { sendRoomMessage } from '../operations/room-messages.js';
import type { LagResult } from '../pipeline/types.js';
import { parseCommand, type Command } from './parse-command.js';
import type { RoomMessageEvent } from '../models/robot-events.js';
import { toHandlerError, type RobotHandlerContext } from './run-handler.js';

/** What a command answers. Nothing is sent for an empty answer. */
export type CommandAnswer = string | null | undefined | void;

/** What a command returns: its answer, a promise of it, or a `Result` of it. */
export type CommandResult =
  | CommandAnswer
  | Result<CommandAnswer, LagError>
  | LagResult<CommandAnswer>
  | PromiseLike<CommandAnswer | Result<CommandAnswer, LagError>>;

/** What a command gets besides its arguments and the event. */
export interface CommandContext extends Command {
  /** Aborts when the command has run for longer than it may. */
  readonly signal: AbortSignal | undefined;
}

/** Commands by name; upper and lower case are the same. */
export type Commands = Readonly<
  Record<string, (args: readonly string[], event: RoomMessageEvent, context: CommandContext) => CommandResult>
>;

/** Options of `robotCommands`. */
export interface CommandsOptions {
  /**
   * What a command begins with.
   * @default '!'
   */
  readonly prefix?: string | undefined;
}

/** A handler of `room.message`. It returns the message that it sent. */
export type CommandHandler = (
  event: RoomMessageEvent,
  context?: RobotHandlerContext,
) => LagResult<RoomMessage | undefined>;

/**
 * Makes a handler of `room.message` that runs commands and sends their answers to the room that they came from. It ignores
 * everything else, and the messages that it sent itself: for that it asks for its own id once, before the first command.
 */
export function robotCommands(ctx: LagContext, commands: Commands, options?: CommandsOptions): CommandHandler {
  // Only texts are kept between events, because a Worker's requests must not share more.
  const known: OwnId = { id: undefined };
  return (event, context) => new ResultAsync(answer(ctx, commands, options, known, event, context?.signal));
}

interface OwnId {
  id: string | undefined;
}

const answer = async (
  ctx: LagContext,
  commands: Commands,
  options: CommandsOptions | undefined,
  known: OwnId,
  event: RoomMessageEvent,
  signal: AbortSignal | undefined,
): Promise<Result<RoomMessage | undefined, LagError>> => {
  try {
    const { serverId = '', data } = event;
    const command = parseCommand(data.content, options?.prefix);
    const run = command && findCommand(commands, command.name);
    if (!run || (await isOwnMessage(ctx, known, event, signal))) return ok(undefined);
    const answered = await toResult(run(command.args, event, { ...command, signal }));
    if (answered.isErr()) return err(toHandlerError(answered.error));
    const content = answered.value;
    if (!content) return ok(undefined);
    const sent = await sendRoomMessage(ctx, serverId, data.roomId, { content }, { signal });
    if (sent.isOk()) known.id ??= sent.value.robotId ?? undefined;
    return sent;
  } catch (thrown) {
    return err(toHandlerError(thrown));
  }
};

const findCommand = (commands: Commands, name: string): Commands[string] | undefined =>
  Object.entries(commands).find(([each]) => each.toLowerCase() === name)?.[1];

/** Whether the robot sent a message itself, so that it does not answer its own answers. */
const isOwnMessage = async (
  ctx: LagContext,
  known: OwnId,
  { data: { senderId } }: RoomMessageEvent,
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  if (!senderId) return false;
  if (known.id === undefined) {
    const identity = await getIdentity(ctx, { signal });
    if (identity.isOk()) known.id = identity.value.id;
  }
  return senderId === known.id;
};

const toResult = async (returned: CommandResult): Promise<Result<CommandAnswer, unknown>> => {
  const settled = await returned;
  if (typeof settled !== 'object' || settled === null) return ok(settled);
  if (typeof settled.isErr === 'function') return settled;
  return err(new TypeError('a command must return a text, nothing, or a Result of them'));
};
