import type { Dispatcher } from 'undici';
import type { ByteReader, ByteSource } from '../pipeline/transport.js';

/** A response body that undici pushes into, and that its reader takes from when it is ready. */
export interface IncomingBody extends ByteSource {
  /** Takes a chunk, and pauses the socket while the reader is behind. */
  readonly push: (controller: Dispatcher.DispatchController, chunk: Uint8Array) => void;
  readonly end: () => void;
  /** Makes the reader fail once it has read what came before. */
  readonly fail: (error: unknown) => void;
}

// What waits for a reader before the socket is paused. Chunks are counted too, because tiny ones cost more than their bytes.
const MAX_WAITING_BYTES = 131_072;
const MAX_WAITING_CHUNKS = 128;

const DONE = { done: true } as const;

interface Waiting {
  readonly promise: Promise<unknown>;
  readonly resolve: (piece: { readonly done: boolean; readonly value?: Uint8Array }) => void;
  readonly reject: (error: unknown) => void;
}

/** `onCancel` is called when the reader gives up before the end. */
export const createIncomingBody = (onCancel: () => void): IncomingBody => {
  const chunks: Uint8Array[] = [];
  let waitingBytes = 0;
  let paused: Dispatcher.DispatchController | undefined;
  let state: 'open' | 'ended' | 'failed' = 'open';
  let failure: unknown;
  let waiting: Waiting | undefined;
  let isTouched = false;

  const takeWaiting = (): Waiting | undefined => {
    const taken = waiting;
    waiting = undefined;
    return taken;
  };

  const end = (): void => {
    if (state !== 'open') return;
    state = 'ended';
    takeWaiting()?.resolve(DONE);
  };

  const reader: ByteReader = {
    read: () => {
      isTouched = true;
      const value = chunks.shift();
      if (value) {
        waitingBytes -= value.length;
        if (paused && chunks.length === 0) {
          const controller = paused;
          paused = undefined;
          controller.resume();
        }
        return Promise.resolve({ done: false, value });
      }
      if (state === 'ended') return Promise.resolve(DONE);
      // What undici or the signal of the caller reported, an Error or not.
      if (state === 'failed') return Promise.reject(failure);
      if (waiting) return waiting.promise.then(reader.read);
      let resolve!: Waiting['resolve']; // The promise sets both at once.
      let reject!: Waiting['reject']; // The promise sets both at once.
      const promise = new Promise<{ readonly done: boolean; readonly value?: Uint8Array }>((onPiece, onError) => {
        resolve = onPiece;
        reject = onError;
      });
      waiting = { promise, resolve, reject };
      return promise;
    },
    cancel: () => {
      isTouched = true;
      chunks.length = 0;
      if (state === 'open') {
        end();
        onCancel();
      }
      return Promise.resolve();
    },
  };

  return {
    get bytes() {
      if (state !== 'ended' || isTouched) return undefined;
      return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    },
    getReader: () => reader,
    push: (controller, chunk) => {
      if (state !== 'open') return;
      const reading = takeWaiting();
      if (reading) return reading.resolve({ done: false, value: chunk });
      chunks.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes < MAX_WAITING_BYTES && chunks.length < MAX_WAITING_CHUNKS) return;
      paused = controller;
      controller.pause();
    },
    end,
    fail: (error) => {
      if (state !== 'open') return;
      state = 'failed';
      failure = error;
      takeWaiting()?.reject(error);
    },
  };
};
