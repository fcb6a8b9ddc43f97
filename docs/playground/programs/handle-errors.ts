import { createContext, getServer, type LagError } from 'lagclient';

const ctx = createContext(process.env.LAG_TOKEN ?? '');

const advice = (error: LagError): string => {
  switch (error.kind) {
    case 'not_found':
      return 'there is no such server';
    case 'rate_limit':
      return `come back in ${error.retryAfterSeconds ?? 60} s`;
    case 'server':
    case 'connection':
    case 'timeout':
      return `try again later (${error.attempts} attempts were made)`;
    default:
      return `${error.kind}: ${error.message}`;
  }
};

// Press a fault, then Run.
for (const id of ['a-server-id', 'no-such-server', '..']) {
  const server = await getServer(ctx, id, { timeoutMs: 2_000 });
  console.log(server.match(({ name }) => name, advice));
}
