import * as v from 'valibot';
import { refuse } from '../world/refusal.js';
import type { RouteContext, RouteResponse } from './context.js';

export const MEBIBYTE = 1024 * 1024;

/** A client that is still sending does not read the response, so a body that is too long is read on, up to here. */
const MAX_DRAINED_BYTES = 64 * MEBIBYTE;

/** A route that takes a JSON body. The caller is identified before the body is read. */
export const withBody =
  <T extends v.GenericSchema, Actor>(
    schema: T,
    route: (c: RouteContext, actor: Actor, body: v.InferOutput<T>) => RouteResponse,
    maxBytes = MEBIBYTE,
  ) =>
  async (c: RouteContext, actor: Actor): Promise<Response> =>
    route(c, actor, await requireJson(c, schema, maxBytes));

/** The request's JSON body. A missing body counts as `{}`, which is valid if every field is optional. */
const requireJson = async <T extends v.GenericSchema>(
  c: RouteContext,
  schema: T,
  maxBytes: number,
): Promise<v.InferOutput<T>> => {
  const text = new TextDecoder().decode(await requireBytes(c.req.raw, maxBytes));
  if (text) requireJsonType(c.req.header('content-type'));
  const body = text ? parseJson(text) : {};
  c.env.log.addBody(c.env.entry, body);
  return requireValid(schema, body, 'body');
};

/** What HTTP clients send if their user sets no content type: `fetch` for a string, and curl and Python's urllib. */
const DEFAULT_TYPES: ReadonlySet<string> = new Set(['text/plain;charset=utf-8', 'application/x-www-form-urlencoded']);

/** Only a content type that somebody chose can be wrong. */
const requireJsonType = (type: string | undefined): void => {
  if (type === undefined || DEFAULT_TYPES.has(type.toLowerCase())) return;
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) refuse(415, `Unsupported media type: ${type}`);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(400, 'The body is not valid JSON');
  }
};

/** The value as the schema's output; 400 naming the field if it does not match. */
export const requireValid = <T extends v.GenericSchema>(schema: T, value: unknown, name: string): v.InferOutput<T> => {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  return refuse(400, `${path ? `${name}.${path}` : name}: ${issue.message}`);
};

/** The request's body; 413 if it is longer than `maxBytes`. */
export const requireBytes = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  const bytes = await readBody(request, maxBytes).catch(() => refuse(400, 'The body broke off'));
  return bytes ?? refuse(413, `The body is larger than ${maxBytes} bytes`);
};

const readBody = async (request: Request, maxBytes: number): Promise<Uint8Array | undefined> => {
  const length = Number(request.headers.get('content-length') ?? 0);
  // A body of known length, or one that came without HTTP, is read in one piece, which is much faster.
  const isBounded = length <= maxBytes && !request.headers.has('transfer-encoding');
  if (!isBounded) return readStream(request, maxBytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length <= maxBytes ? bytes : undefined;
};

/** `undefined` if the body is longer than `maxBytes`. */
const readStream = async ({ body }: Request, maxBytes: number): Promise<Uint8Array | undefined> => {
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length <= maxBytes) chunks.push(part.value);
    else if (length > MAX_DRAINED_BYTES) break;
  }
  if (length > maxBytes) {
    void reader.cancel().catch(() => {});
    return undefined;
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
};
