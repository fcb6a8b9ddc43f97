import { constants, openAsBlob } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { CallOptions, LagContext, ContextState, UserContext } from '../context.js';
import type { LagError } from '../errors.js';
import type { ImageMetadata, UploadImageBody } from '../models/images.js';
import { uploadImage } from '../operations/images.js';
import { invalid } from '../call-options.js';
import type { LagHandler, LagResult } from '../pipeline/types.js';
import { setFilePath } from './multipart.js';

/**
 * Uploads an image from a path. It is read while it is sent, and never held in memory.
 *
 * `POST /images`. Users only. A path where there is no readable file, and a file of more than 25 MiB, is `invalid_input`
 * before anything is sent. Name and content type are those of the file name, unless `body` says otherwise.
 */
export function uploadImageFile(
  ctx: UserContext,
  path: string,
  body: UploadImageBody,
  options?: CallOptions,
): LagResult<ImageMetadata> {
  return new ResultAsync(open(path)).andThen((file) =>
    uploadImage(at(path, ctx as ContextState), file, { ...body, filename: body?.filename ?? basename(path) }, options),
  );
}

/** A context whose requests tell the transport where the file of their form is. */
const at = (path: string, ctx: ContextState): UserContext => {
  const handle: LagHandler = (request) => {
    if (request.body instanceof FormData) setFilePath(request.body, path);
    return ctx.handle(request);
  };
  return ctx && ({ ...ctx, handle } as LagContext);
};

const open = async (path: string): Promise<Result<Blob, LagError>> => {
  try {
    // `openAsBlob` looks at neither of these.
    if (!(await stat(path)).isFile()) return err(invalid('path: not a file'));
    await access(path, constants.R_OK);
    return ok(await openAsBlob(path));
  } catch (thrown) {
    return err(invalid('path', thrown));
  }
};
