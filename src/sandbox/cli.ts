#!/usr/bin/env node
import { VERSION } from '../version.js';
import { parseCommand, USAGE, type ServeCommand } from './server/arguments.js';
import type { SandboxRequest } from './control/request-log.js';
import { serveSandbox, type ServedSandbox } from './node.js';

/** Starts the sandbox, and resolves with the exit code when it is interrupted. */
const serve = async (command: ServeCommand): Promise<number> => {
  const { port, hostname, allowedHosts, seed, clock, quirks, robots, faults, isQuiet } = command;
  const served = await serveSandbox({
    port,
    hostname,
    allowedHosts,
    seed,
    clock,
    quirks,
    onRequest: isQuiet ? undefined : printRequest,
    onWarning: (message) => console.error(`Warning: ${message}.`),
  });
  if (served.isErr()) {
    console.error(served.error.message);
    return 1;
  }
  const { sandbox, close } = served.value;
  for (const fault of faults) sandbox.faults.next(fault);
  const added = robots.map((robot) => ({ ...robot, ...sandbox.addRobot(robot) }));
  // Listened for before the text is printed that tells how to end it.
  const interruption = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  console.log(introduce(served.value, added));
  await interruption;
  await close();
  return 0;
};

const printRequest = ({ id, method, path, status, faulty }: SandboxRequest): void =>
  console.log(
    `${new Date().toISOString()} ${id} ${method} ${path} ${status || 'broken off'}${faulty ? ' (fault)' : ''}`,
  );

type AddedRobot = ServeCommand['robots'][number] & ReturnType<ServedSandbox['sandbox']['addRobot']>;

/** What to copy: variables that the examples read, tokens and ids. */
const introduce = ({ url, sandbox }: ServedSandbox, robots: readonly AddedRobot[]): string => {
  const { tokens, ids } = sandbox;
  const [firstRobot] = robots;
  const lines = robots.map(({ delivery, token, webhookSecret }) => {
    const how = typeof delivery === 'object' ? `posts events to ${delivery.url ?? ''}` : `gets events by ${delivery}`;
    return `robot  ${token}  ${how}${webhookSecret && `, signed with ${webhookSecret}`}`;
  });
  return `Lag sandbox on ${url}

  export LAG_BASE_URL=${url}
  export LAG_TOKEN=${tokens.ada}
  export LAG_ROBOT_KEY=${firstRobot?.token ?? tokens.robot}

  ada    ${tokens.ada}  owns the server
  ben    ${tokens.ben}  a member
  cleo   ${tokens.cleo}  an admin
  dan    ${tokens.dan}  not in the server
  ${[`robot  ${tokens.robot}  gets events by poll`, ...lines].join('\n  ')}

  server ${ids.server}
  room   ${ids.rooms.general}

Open ${url} for a page with all of this, live requests and faults.
Ctrl-C ends it.
`;
};

const main = async (): Promise<number> => {
  // A reader that goes away, such as `head`, ends the output and not the sandbox.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const command = parseCommand(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      console.log(USAGE);
      return 0;
    case 'version':
      console.log(VERSION);
      return 0;
    case 'invalid':
      console.error(`${command.message}\n\n${USAGE}`);
      return 2;
    case 'serve':
      return serve(command);
  }
};

process.exitCode = await main();
