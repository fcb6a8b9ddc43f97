import type { OwnBytes } from '../pipeline/transport.js';
import { readBytes } from '../transports/read-bytes.js';

/** A body as it came. A `Blob` is read; a parsed body is refused. */
export type WebhookBody = string | ArrayBuffer | ArrayBufferView | Blob;

export const READ_BEFORE = 'the body was read or parsed before; pass the raw bytes';

// Lag waits so long for an answer.
const READ_TIMEOUT_MS = 15_000;

/** The bytes of a body that is there already; `undefined` for anything else, a parsed object say. */
export const toBodyBytes = async (body: unknown): Promise<OwnBytes | undefined> => {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (ArrayBuffer.isView(body)) return copyBytes(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  // By name, because these may come from another realm.
  const name = Object.prototype.toString.call(body);
  if (name === '[object ArrayBuffer]' || name === '[object SharedArrayBuffer]')
    return copyBytes(new Uint8Array(body as ArrayBuffer)); // Its name says so.
  if (name === '[object Blob]' || name === '[object File]') {
    const blob = body as Blob; // Its name says so.
    return new Uint8Array(await blob.arrayBuffer());
  }
  return undefined;
};

const copyBytes = (bytes: Uint8Array): OwnBytes => {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
};

/** Why a request's body cannot be used: the status to answer with, and what to tell. */
export interface BodyFailure {
  readonly status: 400 | 413 | 500;
  readonly message: string;
}

/** The bytes of a request's body, at most `maxBytes` of them. */
export const readRequestBody = async (
  request: Request,
  maxBytes: number,
): Promise<{ readonly bytes: OwnBytes } | { readonly failure: BodyFailure }> => {
  const { body, bodyUsed } = request;
  const length = Number(request.headers?.get?.('content-length') ?? 0);
  const tooLarge = { failure: { status: 413, message: `the body is larger than maxBodyBytes, ${maxBytes}` } } as const;
  const readBefore = { failure: { status: 500, message: READ_BEFORE } } as const;
  if (length > maxBytes) return tooLarge;
  if (bodyUsed || body?.locked) return readBefore;
  const bytes = body === null || body === undefined ? new Uint8Array(0) : await readBody(body, maxBytes);
  if (bytes === 'not bytes') return readBefore;
  if (bytes === 'broken') return { failure: { status: 400, message: 'the body broke off' } };
  // Not `bytes.length > maxBytes`, which a limit of NaN would pass.
  if (bytes === 'too large' || !(bytes.length <= maxBytes)) return tooLarge;
  // No delivery is empty: whoever read it left nothing.
  if (bytes.length === 0 && (length > 0 || request.headers?.get?.('webhook-signature'))) return readBefore;
  return { bytes };
};

const readBody = async (
  body: NonNullable<Request['body']>,
  maxBytes: number,
): Promise<OwnBytes | 'not bytes' | 'broken' | 'too large'> => {
  if (typeof body.getReader !== 'function') return (await toBodyBytes(body)) ?? 'not bytes';
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), READ_TIMEOUT_MS);
  try {
    const { bytes, isTruncated } = await readBytes(body, { maxBytes, signal: controller.signal });
    return isTruncated ? 'too large' : bytes;
  } catch {
    return 'broken';
  } finally {
    clearTimeout(timer);
  }
};
