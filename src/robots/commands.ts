import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { LagContext } from '../context.js';
import type { LagError } from '../errors.js';
import type { RoomMessage } from '../models/room-messages.js';
import { sendRoomMessage } from '../operations/room-messages.js';
import type { LagResult } from '../pipeline/types.js';
import { toHandlerError } from './handle.js';
import type { RoomMessageEvent } from '../models/robot-events.js';

/** `!name args` out of a message. */
export interface Command {
  readonly name: string;
  readonly args: readonly string[];
}

/** What a command answers; nothing is sent for nothing. */
export type CommandAnswer = string | null | undefined | void;

/** What a command gives back: its answer, now or later, or a `Result` of it. */
export type CommandResult =
  | CommandAnswer
  | Result<CommandAnswer, LagError>
  | LagResult<CommandAnswer>
  | PromiseLike<CommandAnswer | Result<CommandAnswer, LagError>>;

/** Commands by name, in small letters. */
export type Commands = Readonly<Record<string, (args: readonly string[], event: RoomMessageEvent) => CommandResult>>;

/** Options of `robotCommands`. */
export interface CommandsOptions {
  /** What a command begins with: `!`. */
  readonly prefix?: string | undefined;
}

// "with \" and \\ in it", “as phones write it”, 'only around a whole argument', or up to the next space.
const ARGUMENT = /"((?:\\.|[^"\\])*)"(?!\S)|“([^“”]*)”(?!\S)|'([^']*)'(?!\S)|\S+/gsu;

/** The command in a text; `undefined` where there is none. */
export const parseCommand = (text: string, prefix = '!'): Command | undefined => {
  if (typeof text !== 'string' || typeof prefix !== 'string' || !text.startsWith(prefix)) return undefined;
  const [, name, rest] = /^(\S+)(.*)/s.exec(text.slice(prefix.length)) ?? [];
  if (!name) return undefined;
  const args = [...rest!.matchAll(ARGUMENT)].map(
    ([whole, double, curly, single]) => double?.replace(/\\(["\\])/g, '$1') ?? curly ?? single ?? whole,
  );
  return { name: name.toLowerCase(), args };
};

/**
 * Makes a handler of `room.message` that runs commands and sends what they answer to the room that they came from. A
 * text that is no command, or not one of these, is left alone.
 */
export function robotCommands(
  ctx: LagContext,
  commands: Commands,
  options?: CommandsOptions,
): (event: RoomMessageEvent) => LagResult<RoomMessage | undefined> {
  return (event) => new ResultAsync(answer(ctx, commands, options, event));
}

const answer = async (
  ctx: LagContext,
  commands: Commands,
  options: CommandsOptions | undefined,
  event: RoomMessageEvent,
): Promise<Result<RoomMessage | undefined, LagError>> => {
  try {
    const { serverId = '', data } = event;
    const command = parseCommand(data.content, options?.prefix);
    if (!command || !Object.hasOwn(commands, command.name)) return ok(undefined);
    const said = await commands[command.name]!(command.args, event);
    const result = typeof said === 'object' && said ? said : ok(said);
    if (result.isErr()) return err(toHandlerError(result.error));
    const content = result.value;
    return content ? await sendRoomMessage(ctx, serverId, data.roomId, { content }) : ok(undefined);
  } catch (thrown) {
    return err(toHandlerError(thrown));
  }
};
