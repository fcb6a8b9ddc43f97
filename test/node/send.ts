import type {
  ByteSource,
  LagTransport,
  LagTransportFailure,
  LagTransportRequest,
  LagTransportResponse,
} from '../../src/pipeline/transport.js';

/** A send, which must not reach a server twice. */
export const post = (url: string, more?: Partial<LagTransportRequest>): LagTransportRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: '{"content":"hi"}',
  ...more,
});

export const get = (url: string, more?: Partial<LagTransportRequest>): LagTransportRequest => ({
  method: 'GET',
  url,
  headers: {},
  ...more,
});

export const responseOf = async (
  transport: LagTransport,
  request: LagTransportRequest,
): Promise<LagTransportResponse & { readonly body: ByteSource | null }> => {
  const sent = await transport.send(request);
  if (sent.isErr()) throw new Error(`expected a response, got ${sent.error.progress}`, { cause: sent.error.cause });
  const { body } = sent.value;
  if (typeof body === 'string') throw new Error('expected a body to be read');
  return { ...sent.value, body };
};

export const failureOf = async (
  transport: LagTransport,
  request: LagTransportRequest,
): Promise<LagTransportFailure> => {
  const sent = await transport.send(request);
  if (sent.isOk()) throw new Error(`expected a failure, got ${sent.value.status}`);
  return sent.error;
};

/** All bytes of a body, read one piece after the other. */
export const readAll = async (body: ByteSource | null): Promise<Buffer> => {
  const reader = body!.getReader(); // Tests read bodies that they expect.
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces);
    pieces.push(value!);
  }
};
