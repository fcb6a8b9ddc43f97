import { parseArgs } from 'node:util';
import { createManualClock, type SandboxClock } from '../control/clock.js';
import type { SandboxFault } from '../control/faults.js';
import { resolveQuirks, type SandboxQuirks } from '../control/quirks.js';
import { requireFault, requireRobot, type RobotRequest } from './control.js';

export const USAGE = `Usage: lagclient-sandbox [options]

Serves an in-memory Lag API until it is interrupted: the API itself, a page for
people at /, and control for programs under /_sandbox.

  --port PORT        port to listen on; 0 for a free one (default: 4010)
  --host HOST        address to listen on (default: 127.0.0.1); beyond loopback,
                     anyone in your network who knows a token can use the sandbox
  --allow-host NAME  a host name that requests may ask for, besides localhost
  --seed SEED        the same tokens in every run; they are random without it
  --clock manual     a clock that only moves when it is told to, from 2026-01-01;
                     manual=now or manual=2026-03-01T12:00:00Z starts elsewhere
  --robot DELIVERY   adds a robot: poll, sse or webhook=URL
  --fault FAULT      makes requests go wrong:
                     'sendRoomMessage status=503 times=2', 'delayMs=2000' or JSON
  --quirk NAME=VALUE the other reading of something that is not known of Lag
  --quiet            prints no line per request
  -v, --version      prints the version
  -h, --help         prints this text

--allow-host, --robot, --fault and --quirk may be given several times.`;

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** The arguments are wrong; `message` says how. */
  | { readonly kind: 'invalid'; readonly message: string }
  | ServeCommand;

export interface ServeCommand {
  readonly kind: 'serve';
  readonly port: number;
  readonly hostname: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly seed: string | undefined;
  readonly clock: SandboxClock | undefined;
  readonly robots: readonly RobotRequest[];
  readonly faults: readonly SandboxFault[];
  readonly quirks: SandboxQuirks;
  readonly isQuiet: boolean;
}

const DEFAULT_PORT = '4010';

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  seed: { type: 'string' },
  clock: { type: 'string' },
  robot: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
  quirk: { type: 'string', multiple: true },
  quiet: { type: 'boolean' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const parseCommand = (args: readonly string[]): Command => {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    return {
      kind: 'serve',
      port: requirePort(values.port ?? DEFAULT_PORT),
      hostname: values.host === undefined ? undefined : requireText('--host', values.host),
      allowedHosts: (values['allow-host'] ?? []).map((name) => requireText('--allow-host', name)),
      seed: values.seed === undefined ? undefined : requireText('--seed', values.seed),
      clock: values.clock === undefined ? undefined : requireClock(values.clock),
      robots: (values.robot ?? []).map(requireRobotArgument),
      faults: (values.fault ?? []).map(requireFaultArgument),
      quirks: requireQuirks(values.quirk ?? []),
      isQuiet: values.quiet ?? false,
    };
  } catch (error) {
    return { kind: 'invalid', message: error instanceof Error ? error.message : String(error) };
  }
};

const fail = (message: string): never => {
  throw new Error(message);
};

const requireText = (option: string, value: string): string => value.trim() || fail(`${option} must not be empty`);

const requirePort = (port: string): number =>
  /^\d{1,5}$/.test(port) && Number(port) <= 65_535
    ? Number(port)
    : fail(`--port must be a whole number from 0 to 65535, not '${port}'`);

const requireClock = (clock: string): SandboxClock => {
  const [kind, start] = splitOnce(clock);
  if (kind !== 'manual') return fail(`--clock must be manual, manual=now or manual=TIME, not '${clock}'`);
  if (start === undefined) return createManualClock();
  if (start === 'now') return createManualClock(Date.now());
  return Number.isNaN(Date.parse(start)) ? fail(`--clock: '${start}' is not a time`) : createManualClock(start);
};

const requireRobotArgument = (robot: string): RobotRequest => {
  const [kind, url] = splitOnce(robot);
  try {
    return requireRobot({ delivery: kind === 'webhook' ? { url } : robot });
  } catch {
    return fail(`--robot must be poll, sse or webhook=URL with an http or https URL, not '${robot}'`);
  }
};

/** `'sendRoomMessage status=503 times=2'`, or JSON. */
const requireFaultArgument = (fault: string): SandboxFault =>
  named('--fault', fault, () => requireFault(fault.trim().startsWith('{') ? parseJson(fault) : readFaultWords(fault)));

const MATCH_FIELDS: ReadonlySet<string> = new Set(['operation', 'method', 'path']);
const FLAGS: ReadonlySet<string> = new Set(['html', 'reset', 'applied', 'stall', 'truncate']);

/** A word with `=` is a field, one of the flags is a flag, and any other word is an operation. */
const readFaultWords = (words: string): object => {
  const match: Record<string, string> = {};
  const effects: Record<string, unknown> = {};
  for (const word of words.split(/[\s,]+/).filter(Boolean)) {
    const [name, value] = splitOnce(word);
    if (value === undefined && FLAGS.has(name)) effects[name] = true;
    else if (value === undefined) match['operation'] = name;
    else if (MATCH_FIELDS.has(name)) match[name] = value;
    else effects[name] = readValue(value);
  }
  return { ...(Object.keys(match).length && { match }), ...effects };
};

/** Quirks and faults have texts, numbers and booleans. */
const readValue = (value: string): string | number | boolean => {
  if (value === 'true') return true;
  if (value === 'false') return false;
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
};

const requireQuirks = (pairs: readonly string[]): SandboxQuirks => {
  const quirks = pairs.map((pair): [string, unknown] => {
    const [name, value] = splitOnce(pair);
    return [name, value === undefined ? fail(`--quirk must be NAME=VALUE, not '${pair}'`) : readValue(value)];
  });
  return resolveQuirks(Object.fromEntries(quirks), (name, values) => fail(`--quirk ${name} must be ${values}`));
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return fail('it is not valid JSON');
  }
};

/** Says which argument an error is about. */
const named = <T>(option: string, argument: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    return fail(`${option} '${argument}': ${error instanceof Error ? error.message : String(error)}`);
  }
};

const splitOnce = (text: string): [name: string, value: string | undefined] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
};
