import * as v from 'valibot';
import type { Context } from 'hono';
import { recordBody, type Entry } from '../control/request-log.js';

/** What a route throws to answer with an error; `onError` makes the envelope of it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export const refuse = (status: number, message: string): never => {
  throw new Refusal(status, message);
};

const statusNames: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The documented error answer. */
export const envelope = (status: number, message: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ error: statusNames[status] ?? 'Error', message, statusCode: status }), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });

export const mebibyte = 1024 * 1024;

/** A route that takes a JSON body: whoever is refused for another reason has sent a good one. */
export const withBody =
  <T extends v.GenericSchema, Actor>(
    schema: T,
    route: (c: Context, actor: Actor, body: v.InferOutput<T>) => Response | Promise<Response>,
    limit?: number,
  ) =>
  async (c: Context, actor: Actor): Promise<Response> =>
    route(c, actor, await readJson(c, schema, limit));

/** The request's JSON body, checked; an absent one counts as `{}` where every field is optional. */
const readJson = async <T extends v.GenericSchema>(
  c: Context,
  schema: T,
  limit = mebibyte,
): Promise<v.InferOutput<T>> => {
  const text = new TextDecoder().decode(await readBytes(c, limit));
  const type = c.req.header('content-type');
  if (text && type && !/^application\/(.+\+)?json\s*(;|$)/i.test(type)) refuse(415, `Unsupported media type: ${type}`);
  let body: unknown = {};
  try {
    if (text) body = JSON.parse(text);
  } catch {
    refuse(400, 'The body is not valid JSON');
  }
  recordBody(c.env as Entry, body, text);
  return check(schema, body, 'body');
};

export const check = <T extends v.GenericSchema>(schema: T, value: unknown, name: string): v.InferOutput<T> => {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new Refusal(400, `${path ? `${name}.${path}` : name}: ${issue.message}`);
};

// A client that is still sending does not read the answer, so what is too long is read on, up to here.
const longestDrain = 64 * mebibyte;

/** The request's body, or 413 where it is longer than `limit`. */
export const readBytes = async (c: Context, limit: number): Promise<Uint8Array> => {
  const length = Number(c.req.header('content-length') ?? 0);
  try {
    // What says its length, or came without HTTP, is read at once, which is much faster.
    const bytes =
      length <= limit && !c.req.header('transfer-encoding')
        ? new Uint8Array(await c.req.raw.arrayBuffer())
        : await readStream(c.req.raw, limit);
    if (bytes && bytes.length <= limit) return bytes;
  } catch {
    refuse(400, 'The body broke off');
  }
  return refuse(413, `The body is larger than ${limit} bytes`);
};

/** Nothing where the body is longer than `limit`. */
const readStream = async ({ body }: Request, limit: number): Promise<Uint8Array | undefined> => {
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length <= limit) chunks.push(part.value);
    else if (length > longestDrain) break;
  }
  if (length > limit) {
    void reader.cancel().catch(() => {});
    return undefined;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
};

export const noContent = (): Response => new Response(null, { status: 204 });
