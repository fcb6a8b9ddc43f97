import { err, ResultAsync, type Result } from 'neverthrow';
import { call, path } from '../call.js';
import { readSettings, requireAmount, type CallOptions } from '../call-options.js';
import { stateOf, type UserContext } from '../context.js';
import { lagError, renewError, type LagError } from '../errors.js';
import { ownFields, toInvalidInput } from '../invalid-input.js';
import type { ImageId } from '../models/ids.js';
import {
  ImageMetadataSchema,
  type ImageMetadata,
  type UploadImageBody,
  ImageStatusSchema,
  type ImageStatus,
} from '../models/images.js';
import { abortedError } from '../pipeline/end-reason.js';
import { isAborted } from '../pipeline/on-abort.js';
import { sleep } from '../pipeline/sleep.js';
import type { LagResult } from '../pipeline/types.js';
import { toImageForm } from '../uploads/image-form.js';
import type { ImageSource } from '../uploads/image-source.js';
import { upload, type UploadOptions } from '../uploads/upload.js';

/**
 * Uploads an image. A large GIF becomes a video in the background: `waitForImage` waits for it.
 *
 * `POST /images`. Users only. More than 25 MiB, or a source that cannot be read, is `invalid_input` before anything is
 * sent. The content type is that of `body`, else of the `Blob`, of the file name, or what the first bytes say.
 */
export function uploadImage(
  ctx: UserContext,
  source: ImageSource,
  body: UploadImageBody,
  options?: UploadOptions,
): LagResult<ImageMetadata> {
  return upload(
    ctx,
    { name: 'uploadImage', method: 'POST', path: '/images', idempotent: false, response: ImageMetadataSchema },
    source,
    body,
    toImageForm,
    options,
  );
}

/**
 * Gets what is known of an image.
 *
 * `GET /images/:imageId`. Users only.
 */
export function getImage(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<ImageMetadata> {
  return call(ctx, { name: 'getImage', path: path`/images/${imageId}`, response: ImageMetadataSchema }, options);
}

/**
 * Gets how far the server is with an image.
 *
 * `GET /images/:imageId/status`. Users only; `waitForImage` asks until it is done.
 */
export function getImageStatus(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<ImageStatus> {
  return call(
    ctx,
    { name: 'getImageStatus', path: path`/images/${imageId}/status`, response: ImageStatusSchema },
    options,
  );
}

/**
 * Deletes an image.
 *
 * `DELETE /images/:imageId`. Users only.
 */
export function deleteImage(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<void> {
  return call(ctx, { name: 'deleteImage', method: 'DELETE', path: path`/images/${imageId}` }, options);
}

/**
 * Asks for the status of an image until it is `ready` or `failed`: both are an `Ok` with that status.
 *
 * `GET /images/:imageId/status`. Users only. When `wait.timeoutMs` or `options.deadlineMs` is over, it is a `timeout`.
 */
export function waitForImage(
  ctx: UserContext,
  imageId: ImageId,
  wait?: WaitForImageOptions,
  options?: CallOptions,
): LagResult<ImageStatus> {
  return new ResultAsync(pollStatus(ctx, imageId, wait, options));
}

/** How long to wait for an image. */
export interface WaitForImageOptions {
  /** Milliseconds for the whole wait: 60 000. `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between the first two questions: 1000. They grow to five times that. */
  readonly intervalMs?: number | undefined;
}

const DEFAULT_WAIT_MS = 60_000;
const DEFAULT_INTERVAL_MS = 1000;
const INTERVAL_GROWTH = 1.5;
const MAX_INTERVAL_GROWTH = 5;

const DONE: ReadonlySet<string> = /*#__PURE__*/ new Set(['ready', 'failed']);

const pollStatus = async (
  ctx: UserContext,
  imageId: ImageId,
  wait: WaitForImageOptions | undefined,
  options: CallOptions | undefined,
): Promise<Result<ImageStatus, LagError>> => {
  const { path: polledPath, error: pathError } = path`/images/${imageId}/status`;
  let error: LagError;
  try {
    const { timeoutMs = DEFAULT_WAIT_MS, intervalMs = DEFAULT_INTERVAL_MS } = ownFields(wait);
    const given = ownFields(options);
    const known = stateOf(ctx);
    const signal = given.signal ?? (known.isUsable ? known.state.signal : undefined);
    requireAmount('wait.intervalMs', intervalMs, 1);
    requireAmount('wait.timeoutMs', timeoutMs, 1);
    const { deadlineMs = Infinity } = readSettings(given);
    const limitMs = Math.min(timeoutMs, deadlineMs);
    const endsAt = performance.now() + limitMs;
    const perCallMs = known.isUsable ? known.state.settings.deadlineMs : Infinity;
    let pauseMs = intervalMs;
    for (let leftMs = limitMs; leftMs >= 1 && !isAborted(signal); leftMs = endsAt - performance.now()) {
      const status = await getImageStatus(ctx, imageId, { ...given, deadlineMs: Math.min(leftMs, perCallMs) });
      if (status.isErr() || DONE.has(status.value.processingStatus)) return status;
      await sleep(Math.min(pauseMs, endsAt - performance.now()), signal);
      pauseMs = Math.min(pauseMs * INTERVAL_GROWTH, intervalMs * MAX_INTERVAL_GROWTH);
    }
    error =
      signal && isAborted(signal)
        ? abortedError(signal)
        : lagError('timeout', `the image was not ready within ${limitMs} ms`);
  } catch (thrown) {
    error = toInvalidInput(thrown);
  }
  return err(renewError(error, { method: 'GET', path: pathError ? undefined : polledPath }));
};
