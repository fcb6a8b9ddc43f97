#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { serveSandbox } from './node.js';

const usage = `Usage: lagclient-sandbox [--port 4010] [--host 127.0.0.1] [--seed lag]

Serves an in-memory Lag API until it is interrupted.

  --port  port to listen on: 4010; 0 for a free one
  --host  address to listen on: 127.0.0.1; anything else than loopback lets others in
  --seed  ids and tokens are the same for the same seed: lag
  --help  this text`;

const main = async (): Promise<number> => {
  const options = {
    port: { type: 'string' },
    host: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const port = Number(values.port ?? 4010);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`--port must be a whole number from 0 to 65535\n\n${usage}`);
    return 2;
  }

  const served = await serveSandbox({
    port,
    hostname: values.host,
    seed: values.seed,
    onRequest: ({ id, method, path, status, faulty }) =>
      console.log(
        `${new Date().toISOString()} ${id} ${method} ${path} ${status || 'broken off'}${faulty ? ' (fault)' : ''}`,
      ),
  });
  if (served.isErr()) {
    console.error(served.error.message);
    return 1;
  }
  const { url, sandbox, close } = served.value;
  const { tokens, ids } = sandbox;
  console.log(`Lag sandbox on ${url}

  export LAG_BASE_URL=${url}
  export LAG_TOKEN=${tokens.ada}

  ada    ${tokens.ada}  owns the server
  ben    ${tokens.ben}  a member
  cleo   ${tokens.cleo}  an admin
  dan    ${tokens.dan}  not in the server
  robot  ${tokens.robot}

  server ${ids.server}
  room   ${ids.rooms.general}

Ctrl-C ends it.
`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await close();
  return 0;
};

process.exitCode = await main();
