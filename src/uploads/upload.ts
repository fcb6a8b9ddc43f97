import { err, ResultAsync, type Result } from 'neverthrow';
import { call, pathOf, type Operation } from '../call.js';
import { readSettings, type CallOptions } from '../call-options.js';
import { stateOf, type LagContext } from '../context.js';
import { lagError, renewError, type LagError } from '../errors.js';
import { ownFields, toInvalidInput } from '../invalid-input.js';
import { abortedError } from '../pipeline/end-reason.js';
import { notify } from '../pipeline/notify.js';
import { isAborted, isAbortSignal, onAbort } from '../pipeline/on-abort.js';
import { sleep } from '../pipeline/sleep.js';
import type { LagResult } from '../pipeline/types.js';
import type { UploadProgress } from '../pipeline/transport.js';
import { readImage, type ImageFile, type ImageSource, type ImageSourceOptions } from './image-source.js';

/** Options of a call that uploads an image. */
export interface UploadOptions extends CallOptions {
  /**
   * Called while the image is sent, with the bytes of the request's body. A retry starts again at 0. Exact over
   * `undiciTransport()` and `xhrTransport()`; fetch tells only that all of it was sent.
   */
  readonly onUploadProgress?: ((progress: UploadProgress) => unknown) | undefined;
}

/** A form or a JSON body with an image in it, and its bytes. */
export type ImageBody = Pick<Operation<unknown>, 'upload' | 'body'> & { readonly size: number };

const BASE_TIMEOUT_MS = 30_000;
const BYTES_PER_EXTRA_SECOND = 65_536;

/** Uploads an image from a source. */
export const upload = <T, Details extends ImageSourceOptions & { readonly filename?: string | undefined }>(
  ctx: LagContext,
  operation: Operation<T>,
  source: ImageSource,
  details: Details | undefined,
  toBody: (image: ImageFile, details: Partial<Details>) => ImageBody | Promise<ImageBody>,
  options: UploadOptions | undefined,
): LagResult<T> =>
  uploadWith(
    ctx,
    operation,
    (signal) => readImage(source, details, signal),
    (image) => toBody(image, ownFields(details)),
    options,
  );

/** Reads an image, makes a body of it and sends that: all of it within the signal and the deadline of the call. */
export const uploadWith = <T>(
  ctx: LagContext,
  operation: Operation<T>,
  read: (signal: AbortSignal) => Promise<ImageFile>,
  toBody: (image: ImageFile) => ImageBody | Promise<ImageBody>,
  options: UploadOptions | undefined,
): LagResult<T> => new ResultAsync(run(ctx, operation, read, toBody, options));

const run = async <T>(
  ctx: LagContext,
  operation: Operation<T>,
  read: (signal: AbortSignal) => Promise<ImageFile>,
  toBody: (image: ImageFile) => ImageBody | Promise<ImageBody>,
  options: UploadOptions | undefined,
): Promise<Result<T, LagError>> => {
  const reading = new AbortController();
  const startedAt = performance.now();
  let stopListening = () => {};
  let error: LagError;
  try {
    const known = stateOf(ctx);
    // What will be rejected anyway is rejected before its source is touched.
    const isPathInvalid = pathOf(operation.path) === undefined;
    if (!known.isUsable || known.state.isRobot || isPathInvalid) return await call(ctx, operation, options);
    const given = ownFields(options);
    const { deadlineMs } = { ...known.state.settings, ...readSettings(given) };
    const signal = given.signal ?? known.state.signal;
    if (signal !== undefined && !isAbortSignal(signal)) return await call(ctx, operation, options);
    stopListening = onAbort(signal, () => reading.abort());
    if (isAborted(signal)) reading.abort();
    const body = await readWithin(deadlineMs, reading, async () => toBody(await read(reading.signal)));
    const leftMs = deadlineMs - (performance.now() - startedAt);
    const { onUploadProgress } = given;
    if (body !== undefined && !isAborted(signal) && leftMs >= 1)
      return await call(
        ctx,
        {
          ...operation,
          ...body,
          timeoutMs: timeoutFor(body.size),
          ...(onUploadProgress && { onUploadProgress: (progress) => notify(onUploadProgress, progress) }),
        },
        { ...given, deadlineMs: leftMs },
      );
    error =
      signal && isAborted(signal)
        ? abortedError(signal)
        : lagError('timeout', `the image was not read within deadlineMs, ${deadlineMs}`);
  } catch (thrown) {
    error = toInvalidInput(thrown, 'the image cannot be read');
  } finally {
    stopListening();
    reading.abort();
  }
  const { method, path } = operation;
  return err(renewError(error, { method, path: pathOf(path) }));
};

/** What `read` resolves with; `undefined` if the time is over or reading was aborted before. */
const readWithin = async <T>(
  deadlineMs: number,
  reading: AbortController,
  read: () => Promise<T>,
): Promise<T | undefined> => {
  if (reading.signal.aborted) return undefined;
  try {
    return await Promise.race([read(), sleep(deadlineMs, reading.signal).then(() => undefined)]);
  } finally {
    // Ends the sleep, or the reading that came too late.
    reading.abort();
  }
};

/** More time for more bytes: a slow line sends 64 KiB in a second. */
const timeoutFor = (bytes: number): number => BASE_TIMEOUT_MS + Math.ceil(bytes / BYTES_PER_EXTRA_SECOND) * 1000;
