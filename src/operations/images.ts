import { err, ResultAsync, type Result } from 'neverthrow';
import type { CallOptions, ContextState, UserContext } from '../context.js';
import type { ImageId } from '../models/ids.js';
import { lagError, setFields, type LagError } from '../errors.js';
import {
  ImageMetadataSchema,
  type ImageMetadata,
  type UploadImageBody,
  ImageStatusSchema,
  type ImageStatus,
} from '../models/images.js';
import { call, path } from '../call.js';
import { invalid, isAmount, settingsOf, toInvalidInput } from '../call-options.js';
import { sleep } from '../pipeline/sleep.js';
import { aborted } from '../pipeline/timeout.js';
import type { LagResult } from '../pipeline/types.js';
import { upload, type ImageSource } from '../uploads/image-source.js';

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
  options?: CallOptions,
): LagResult<ImageMetadata> {
  return upload(
    ctx,
    { method: 'POST', path: '/images', idempotent: false, response: ImageMetadataSchema },
    source,
    body,
    toForm,
    options,
  );
}

/**
 * Gets what is known of an image.
 *
 * `GET /images/:imageId`. Users only.
 */
export function getImage(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<ImageMetadata> {
  return call(ctx, { path: path`/images/${imageId}`, response: ImageMetadataSchema }, options);
}

/**
 * Gets how far the server is with an image.
 *
 * `GET /images/:imageId/status`. Users only; `waitForImage` asks until it is done.
 */
export function getImageStatus(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<ImageStatus> {
  return call(ctx, { path: path`/images/${imageId}/status`, response: ImageStatusSchema }, options);
}

/**
 * Deletes an image.
 *
 * `DELETE /images/:imageId`. Users only.
 */
export function deleteImage(ctx: UserContext, imageId: ImageId, options?: CallOptions): LagResult<void> {
  return call(ctx, { method: 'DELETE', path: path`/images/${imageId}` }, options);
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
  return new ResultAsync(poll(ctx, imageId, wait, options));
}

/** How long to wait for an image. */
export interface WaitForImageOptions {
  /** Milliseconds for the whole wait: 60 000. `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between the first two questions: 1000. They grow to five times that. */
  readonly intervalMs?: number | undefined;
}

const poll = async (
  ctx: UserContext,
  imageId: ImageId,
  wait: WaitForImageOptions | undefined,
  options: CallOptions | undefined,
): Promise<Result<ImageStatus, LagError>> => {
  let error: LagError;
  try {
    const { timeoutMs = 60_000, intervalMs = 1000 } = wait ?? {};
    const { signal, deadlineMs = Infinity } = options ?? {};
    if (!isAmount(intervalMs, 1)) throw invalid('intervalMs');
    settingsOf({ timeoutMs, deadlineMs });
    const limitMs = Math.min(timeoutMs, deadlineMs);
    const endsAt = performance.now() + limitMs;
    const perCallMs = (ctx as ContextState).settings?.deadlineMs ?? Infinity;
    for (
      let pauseMs = intervalMs, leftMs = limitMs;
      leftMs >= 1 && !signal?.aborted;
      pauseMs = Math.min(pauseMs * 1.5, intervalMs * 5)
    ) {
      const answer = await getImageStatus(ctx, imageId, { ...options, deadlineMs: Math.min(leftMs, perCallMs) });
      if (answer.isErr() || /^(ready|failed)$/.test(answer.value.processingStatus)) return answer;
      await sleep(Math.min(pauseMs, endsAt - performance.now()), signal);
      leftMs = endsAt - performance.now();
    }
    error = signal?.aborted ? aborted(signal) : lagError('timeout', `not ready within ${limitMs} ms`);
  } catch (thrown) {
    error = toInvalidInput(thrown);
  }
  return err(setFields(error, { method: 'GET', path: path`/images/${imageId}/status` || undefined }));
};

const toForm = (blob: Blob, filename: string, { purpose, alt, entityId }: UploadImageBody): FormData => {
  const form = new FormData();
  // Before the file, so that a server that streams knows them when the file comes.
  for (const [name, value] of Object.entries({ purpose, alt, entityId }))
    if (value !== undefined) form.append(name, value);
  form.append('file', blob, filename);
  return form;
};
