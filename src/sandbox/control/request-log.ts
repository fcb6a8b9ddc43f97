/** A request that the sandbox saw, without its secrets. */
export interface SandboxRequest {
  /** The answer's `x-request-id`. */
  readonly id: string;
  /** When it came, in milliseconds on the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body, where a route read one. */
  readonly body?: unknown;
  /** Status of the answer; 0 where there was none, and while there is none yet. */
  readonly status: number;
  /** Whether a fault had a hand in it. */
  readonly faulty: boolean;
}

export type Entry = { -readonly [K in keyof SandboxRequest]: SandboxRequest[K] };

const mostEntries = 10_000;

/** Adds to the log; the oldest entries go when it becomes long. */
export const record = (log: Entry[], request: Request, id: string, at: number): Entry => {
  const { pathname, search } = new URL(request.url);
  const entry: Entry = {
    id,
    at,
    method: request.method,
    path: mask(pathname + search),
    headers: maskedHeaders(request.headers),
    status: 0,
    faulty: false,
  };
  if (log.push(entry) > mostEntries) log.splice(0, mostEntries / 10);
  return entry;
};

export const recordBody = (entry: Entry, body: unknown, text: string): void => {
  entry.body = mask(text) === text ? body : JSON.parse(mask(text));
};

// Lag's own tokens wherever they stand, and what a JSON body calls a token or a secret.
const secrets = /(lag_pat_|lag_robot_|whsec_)[\w+/=-]+|("(?:token|secret)"\s*:\s*")(?:[^"\\]|\\.)*/g;

const mask = (text: string): string => text.replace(secrets, '$1$2***');

const maskedHeaders = (headers: Headers): Record<string, string> => {
  const masked: Record<string, string> = {};
  headers.forEach((value, name) => {
    masked[name] =
      name === 'cookie' || /auth|key|secret|token/.test(name)
        ? value.replace(/^(\w+ )?(lag_[a-z]+_)?.*$/s, '$1$2***')
        : mask(value);
  });
  return masked;
};
