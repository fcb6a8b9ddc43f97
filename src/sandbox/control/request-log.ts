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

/** An entry while its request is answered. */
export type LogEntry = { -readonly [K in keyof SandboxRequest]: SandboxRequest[K] };

const MAX_ENTRIES = 10_000;

/** Adds to the log; the oldest entries go when it becomes long. */
export const recordRequest = (log: LogEntry[], request: Request, id: string, at: number): LogEntry => {
  const { pathname, search } = new URL(request.url);
  const entry: LogEntry = {
    id,
    at,
    method: request.method,
    path: maskSecrets(pathname + search),
    headers: maskHeaders(request.headers),
    status: 0,
    faulty: false,
  };
  if (log.push(entry) > MAX_ENTRIES) log.splice(0, MAX_ENTRIES / 10);
  return entry;
};

export const recordBody = (entry: LogEntry, body: unknown, text: string): void => {
  entry.body = maskSecrets(text) === text ? body : JSON.parse(maskSecrets(text));
};

// Lag's own tokens wherever they stand, and what a JSON body calls a token or a secret.
const SECRETS = /(lag_pat_|lag_robot_|whsec_)[\w+/=-]+|("(?:token|secret)"\s*:\s*")(?:[^"\\]|\\.)*/g;

const maskSecrets = (text: string): string => text.replace(SECRETS, '$1$2***');

const maskHeaders = (headers: Headers): Record<string, string> => {
  const masked: Record<string, string> = {};
  headers.forEach((value, name) => {
    masked[name] =
      name === 'cookie' || /auth|key|secret|token/.test(name)
        ? value.replace(/^(\w+ )?(lag_[a-z]+_)?.*$/s, '$1$2***')
        : maskSecrets(value);
  });
  return masked;
};
