import type { LagTransportRequest, OwnBytes, UploadBody } from '../pipeline/transport.js';

/**
 * A form as a body that every fetch sends as it is. The runtime's own fetch takes a `Blob`, which it reads while it sends;
 * a fetch of another library or realm may not know this realm's `Blob`, so it gets the bytes.
 */
export const toFetchBody = async (body: UploadBody, isRuntimeFetch: boolean): Promise<Blob | OwnBytes> => {
  const hasFiles = body.parts.some((part) => !ArrayBuffer.isView(part));
  if (hasFiles && isRuntimeFetch && sendsBlobs()) return new Blob([...body.parts]);
  const bytes = new Uint8Array(body.size);
  let offset = 0;
  for await (const piece of body.pieces()) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
};

/** Reports that all of a body was sent. fetch tells nothing before the response is there. */
export const reportSent = ({ body, onUploadProgress }: LagTransportRequest): void => {
  if (!onUploadProgress || body === undefined) return;
  const total = typeof body === 'string' ? new TextEncoder().encode(body).length : body.size;
  onUploadProgress({ sent: total, total });
};

/** Whether the global fetch knows the global `Blob`: jsdom replaces one and not the other. */
const sendsBlobs = (): boolean => {
  try {
    const type = 'image/png';
    return new Response(new Blob([], { type })).headers.get('content-type') === type;
  } catch {
    return false;
  }
};
