import type { Result } from 'neverthrow';
import type { LagHeaders } from '../headers.js';

/** Carries requests to the server. `fetchTransport()`, `ofetchTransport()`, `undiciTransport()` and `sandbox.transport` make one. */
export interface LagTransport {
  /**
   * Sends one attempt and resolves when the headers of the response are there. Any status is an `Ok`. What it throws
   * counts as a failure that may have reached the server.
   */
  readonly send: (request: LagTransportRequest) => PromiseLike<Result<LagTransportResponse, LagTransportFailure>>;
}

/** One attempt, ready to be sent. */
export interface LagTransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, with the query. */
  readonly url: string;
  /** Lower-case names, the token among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | UploadBody | undefined;
  /** Ends the attempt, the reading of its response included. */
  readonly signal?: AbortSignal | undefined;
  /** Called while an upload is sent, as far as the transport can tell. */
  readonly onUploadProgress?: ((progress: UploadProgress) => unknown) | undefined;
}

/** A response whose body has not been read yet. */
export interface LagTransportResponse {
  readonly status: number;
  readonly headers: LagHeaders;
  /** Decompressed and unread; `null` if there is none, a text where the platform has no streams. */
  readonly body: ByteSource | string | null;
}

/** Bytes to read once. A `ReadableStream<Uint8Array>` is one. */
export interface ByteSource {
  getReader(): ByteReader;
  /** All of it, if it has arrived and nothing of it was read: whoever takes it from here waits for nothing. */
  readonly bytes?: Uint8Array | undefined;
}

/** Reads a `ByteSource` piece by piece, as far as its consumer keeps up. */
export interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  /** Stops reading and lets go of the connection. */
  cancel(reason?: unknown): Promise<unknown>;
  releaseLock?(): void;
}

/** Why an attempt got no response. */
export interface LagTransportFailure {
  /**
   * How far the request came. `'refused'`: the transport refuses to send it and would refuse it again. `'not_sent'`: no
   * byte of it reached the server, so that a retry is safe. `'unknown'`: the server may have received it.
   */
  readonly progress: 'refused' | 'not_sent' | 'unknown';
  /** What the runtime or library reported. */
  readonly cause: unknown;
  /** Whether the user's own code inside of the transport failed: the call is an `invalid_input` then. */
  readonly isInterceptorFailure?: boolean | undefined;
}

/** A body that is sent in pieces and can be sent again: a multipart form with a file in it. */
export interface UploadBody {
  /** `multipart/form-data; boundary=…`. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** The same bytes for each attempt. A piece may be overwritten when the next one is asked for. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
  /** The parts in order, for transports that send them as one `Blob` or one array. */
  readonly parts: readonly UploadPart[];
}

/** A part of an upload: bytes, or a file that is read while it is sent. */
export type UploadPart = OwnBytes | Blob;

/** `Uint8Array<ArrayBuffer>`, written so that TypeScript before 5.7 can read it, too. */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/** How much of an upload was sent, in bytes. */
export interface UploadProgress {
  readonly sent: number;
  readonly total: number;
}
