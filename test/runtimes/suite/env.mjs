import { createContext, isLagError, xhrTransport } from 'lagclient';
import { ofetchTransport } from 'lagclient/ofetch';

/** What the cases work with: contexts on the sandbox and on the raw server, and a memory of every error they saw. */
export const createEnv = (config) => {
  const { sandbox, raw, tokens, ids } = config;
  const errors = [];
  const contexts = [];
  const keep = (ctx) => (contexts.push(ctx), ctx);
  const transportOf = ({ fetch }) => (config.xhr && !fetch ? { transport: xhrTransport() } : {});
  const context = (token, options = {}) =>
    keep(createContext(token, { baseUrl: sandbox, ...transportOf(options), ...options }));

  const control = async (name, body) => {
    const response = await fetch(`${raw}/control/${name}`, body ? { method: 'POST', body: JSON.stringify(body) } : {});
    return response.json();
  };

  return {
    config,
    ids,
    tokens,
    errors,
    contexts,
    context,
    ada: context(tokens.ada),
    ben: context(tokens.ben),
    robot: context(tokens.robot),
    /** A context on the raw server, whose first path segments say what happens. */
    at: (behaviour, options) => context(tokens.ada, { baseUrl: `${raw}/${behaviour}`, maxRetries: 0, ...options }),
    bare: (options) => keep(createContext(tokens.ada, { baseUrl: sandbox, transport: ofetchTransport(), ...options })),
    /** The value of what must be well. */
    value: async (result) => {
      const settled = await result;
      if (settled.isOk()) return settled.value;
      throw new Error(`expected ok, got ${settled.error.kind}: ${settled.error.message}`);
    },
    /** The error of what must fail as this kind. */
    failure: async (kind, result) => {
      const settled = await result;
      if (settled.isOk()) throw new Error(`expected ${kind}, got ok: ${JSON.stringify(settled.value)}`);
      errors.push(settled.error);
      same(settled.error.kind, kind, `kind of: ${settled.error.message}`);
      check(isLagError(settled.error) && settled.error instanceof Error, 'it is a LagError');
      return settled.error;
    },
    /** Makes requests to the sandbox go wrong. */
    fault: (fault) => control('fault', fault),
    /** What the raw server was asked, for paths that hold this text. */
    seen: async (text) => (await control('seen')).filter(({ path }) => path.includes(text)),
    openStreams: async () => (await control('open')).open,
    webhook: () => control('webhook'),
  };
};

export const check = (condition, what) => {
  if (!condition) throw new Error(`not so: ${what}`);
};

export const same = (actual, expected, what) => {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
};

/** Asks until it is so; for what a server notices a moment later. */
export const eventually = async (ask, what) => {
  for (let tries = 0; tries < 100; tries++) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never so: ${what}`);
};
