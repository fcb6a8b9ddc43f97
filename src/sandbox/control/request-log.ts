import { operationsOf, type SandboxOperation } from '../http/operations.js';

/** A request that the sandbox saw, without its secrets. */
export interface SandboxRequest {
  /** The response's `x-request-id`. */
  readonly id: string;
  /** When it arrived, in milliseconds on the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  /** Name of the operation that it called, as the package exports it; `null` for an unknown route. */
  readonly operation: SandboxOperation | null;
  /** With the query; long ones are cut. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body, if a route read one. Long texts and deep values in it are cut. */
  readonly body?: unknown;
  /** Status of the response; 0 while there is none, and if the connection broke. */
  readonly status: number;
  /** Whether a fault changed the response. */
  readonly faulty: boolean;
}

/** An entry while its request is answered. */
export type LogEntry = { -readonly [K in keyof SandboxRequest]: SandboxRequest[K] };

export interface RequestLog {
  /** Oldest first. */
  readonly entries: readonly SandboxRequest[];
  add(request: Request, id: string, at: number): LogEntry;
  /** Adds the parsed body to an entry. */
  addBody(entry: LogEntry, body: unknown): void;
  clear(): void;
}

const MAX_ENTRIES = 10_000;
/** Of all entries together, in characters. */
const MAX_CHARACTERS = 8_000_000;
const MAX_PATH_CHARACTERS = 2000;
const MAX_HEADER_CHARACTERS = 1000;
/** Message content of the longest allowed length is kept whole. */
const MAX_TEXT_CHARACTERS = 2000;
/** Of a text that is cut. */
const KEPT_CHARACTERS = 200;
const MAX_BODY_CHARACTERS = 20_000;
const MAX_BODY_DEPTH = 12;

/** What stands for values that are left out. */
const LEFT_OUT = '…';

/** A log of bounded size: the oldest entries are dropped. */
export const createRequestLog = (): RequestLog => {
  const entries: LogEntry[] = [];
  const sizes = new WeakMap<LogEntry, number>();
  let characters = 0;

  const grow = (entry: LogEntry, size: number) => {
    sizes.set(entry, sizeOf(entry) + size);
    characters += size;
    if (entries.length > MAX_ENTRIES || characters > MAX_CHARACTERS) dropOldest();
  };
  const sizeOf = (entry: LogEntry): number => sizes.get(entry) ?? 0;
  /** Drops a tenth more than necessary, because dropping moves all other entries. */
  const dropOldest = () => {
    let count = 0;
    for (const entry of entries) {
      const isSmallEnough = entries.length - count <= MAX_ENTRIES * 0.9 && characters <= MAX_CHARACTERS * 0.9;
      if (isSmallEnough) break;
      characters -= sizeOf(entry);
      sizes.delete(entry);
      count += 1;
    }
    entries.splice(0, count);
  };

  return {
    entries,
    add: (request, id, at) => {
      const { pathname, search } = new URL(request.url);
      const path = maskedText(pathname + search, MAX_PATH_CHARACTERS);
      const headers = maskedHeaders(request.headers);
      const { method } = request;
      // Of the two operations at `GET /users/me`, getMe comes last.
      const operation = operationsOf(method, pathname).at(-1) ?? null;
      const entry: LogEntry = { id, at, method, operation, path, headers, status: 0, faulty: false };
      entries.push(entry);
      grow(entry, path.length + Object.entries(headers).flat().join('').length);
      return entry;
    },
    addBody: (entry, body) => {
      const summary = summarize(body);
      entry.body = summary.value;
      if (sizes.has(entry)) grow(entry, summary.characters);
    },
    clear: () => {
      for (const entry of entries) sizes.delete(entry);
      entries.length = 0;
      characters = 0;
    },
  };
};

/** Lag's own tokens, wherever they are. */
const TOKENS = /(lag_pat_|lag_robot_|whsec_)[\w+/=-]+/g;

/** The text without tokens, cut if it is longer than `maxLength`. */
const maskedText = (text: string, maxLength: number): string => {
  if (text.length <= maxLength) return text.replace(TOKENS, '$1***');
  // Twice as much is searched as is kept, so that a token at the cut is recognized.
  const start = text.slice(0, 2 * KEPT_CHARACTERS).replace(TOKENS, '$1***');
  return `${start.slice(0, KEPT_CHARACTERS)}${LEFT_OUT} (${text.length} characters)`;
};

const maskedHeaders = (headers: Headers): Record<string, string> => {
  const masked: Record<string, string> = {};
  headers.forEach((value, name) => {
    masked[name] = isSecretHeader(name) ? maskedCredentials(value) : maskedText(value, MAX_HEADER_CHARACTERS);
  });
  return masked;
};

const isSecretHeader = (name: string): boolean =>
  name === 'cookie' || ['auth', 'key', 'secret', 'token'].some((word) => name.includes(word));

/** Keeps the scheme and the kind of token: `Bearer lag_pat_***`. */
const maskedCredentials = (value: string): string =>
  value.slice(0, MAX_HEADER_CHARACTERS).replace(/^(\w+ )?(lag_[a-z]+_)?.*$/s, '$1$2***');

/** A copy of a JSON value without secrets, and of bounded size. */
const summarize = (body: unknown): { value: unknown; characters: number } => {
  let characters = 0;
  const copyText = (text: string): string => {
    const masked = maskedText(text, MAX_TEXT_CHARACTERS);
    characters += masked.length;
    return masked;
  };
  const copyField = (name: string, value: unknown, depth: number): unknown => {
    const isSecret = (name === 'token' || name === 'secret') && typeof value === 'string';
    return isSecret ? '***' : copy(value, depth);
  };
  const copyItems = (items: readonly unknown[], depth: number): unknown[] => {
    const copied: unknown[] = [];
    for (const item of items) {
      if (characters > MAX_BODY_CHARACTERS) return [...copied, LEFT_OUT];
      copied.push(copy(item, depth));
    }
    return copied;
  };
  const copyFields = (fields: object, depth: number): object => {
    const copied: [string, unknown][] = [];
    for (const [name, value] of Object.entries(fields)) {
      if (characters > MAX_BODY_CHARACTERS) {
        copied.push([LEFT_OUT, LEFT_OUT]);
        break;
      }
      copied.push([copyText(name), copyField(name, value, depth)]);
    }
    // Defines even a field that is called __proto__.
    return Object.fromEntries(copied);
  };
  const copy = (value: unknown, depth: number): unknown => {
    // Every value counts a little, so that lists of numbers end, too.
    characters += 4;
    if (typeof value === 'string') return copyText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === MAX_BODY_DEPTH) return LEFT_OUT;
    return Array.isArray(value) ? copyItems(value, depth + 1) : copyFields(value, depth + 1);
  };
  const value = copy(body, 0);
  return { value, characters };
};
