import { open } from 'node:fs/promises';

const paths = new WeakMap<FormData, string>();

/** Says where the file of a form is, for `multipart` to read it from there. */
export const setFilePath = (form: FormData, path: string): void => void paths.set(form, path);

/**
 * A form as undici sends it best: a body of known length, read while it is sent. undici's own way copies each piece, and a
 * `Blob` makes each anew; a file of 25 MiB then takes 45 MB before the collector comes by, and one that changes meanwhile
 * is an unhandled rejection in Node 24. With `reuse` a file whose path is known goes through two buffers that are filled
 * again and again, which is for a consumer that waits for its socket.
 */
export const multipart = (form: FormData, reuse: boolean) => {
  const boundary = `----lagclient-${crypto.randomUUID()}`;
  const parts: (Uint8Array | File)[] = [];
  const add = (text: string) => parts.push(Buffer.from(text));
  for (const [name, value] of form) {
    add(`--${boundary}\r\ncontent-disposition: form-data; name="${escape(name)}"`);
    if (typeof value === 'string') add(`\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}`);
    else {
      add(`; filename="${escape(value.name)}"\r\ncontent-type: ${value.type || 'application/octet-stream'}\r\n\r\n`);
      parts.push(value);
    }
    add('\r\n');
  }
  add(`--${boundary}--\r\n`);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(parts.reduce((sum, part) => sum + ('size' in part ? part.size : part.length), 0)),
    },
    body: send(parts, paths.get(form), reuse),
  };
};

// As browsers do, so that a name cannot end its quotes.
const escape = (name: string): string => name.replace(/[\r\n"]/g, encodeURIComponent);

async function* send(
  parts: readonly (Uint8Array | File)[],
  path: string | undefined,
  reuse: boolean,
): AsyncGenerator<Uint8Array> {
  for (const part of parts)
    if (!('size' in part)) yield part;
    else if (path) yield* read(path, part.size, reuse);
    else yield* part.stream() as unknown as AsyncIterable<Uint8Array>;
}

const PIECE = 262_144;

async function* read(path: string, size: number, reuse: boolean): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffers: Buffer[] = [];
    for (let start = 0, turn = 0; start < size; turn++) {
      if (buffers.length < 2 || !reuse) buffers[turn % 2] = Buffer.allocUnsafeSlow(PIECE);
      const buffer = buffers[turn % 2]!;
      const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE, size - start), start);
      if (!bytesRead) throw new Error('the file became shorter');
      yield buffer.subarray(0, bytesRead);
      start += bytesRead;
    }
  } finally {
    await file.close();
  }
}
