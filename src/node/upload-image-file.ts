import { constants, openAsBlob, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UserContext } from '../context.js';
import { invalidInput, messageOf, ownFields } from '../invalid-input.js';
import { ImageMetadataSchema, type ImageMetadata, type UploadImageBody } from '../models/images.js';
import type { LagResult } from '../pipeline/types.js';
import { toImageForm } from '../uploads/image-form.js';
import { readImage, type ImageFile } from '../uploads/image-source.js';
import { uploadWith, type UploadOptions } from '../uploads/upload.js';
import { readFilePieces } from './read-file-pieces.js';

/**
 * Uploads an image from a file. Over `undiciTransport` it is read while it is sent, and never held in memory.
 *
 * `POST /images`. Users only. A path without a readable file, and a file of more than 25 MiB, is `invalid_input` before
 * anything is sent. Name and content type are those of the file name, unless `body` says otherwise.
 *
 * @param path Absolute or relative to the working directory, or a `file:` URL.
 */
export function uploadImageFile(
  ctx: UserContext,
  path: string | URL,
  body: UploadImageBody,
  options?: UploadOptions,
): LagResult<ImageMetadata> {
  return uploadWith(
    ctx,
    { name: 'uploadImageFile', method: 'POST', path: '/images', idempotent: false, response: ImageMetadataSchema },
    (signal) => readFile(path, body, signal),
    (image) => toImageForm(image, body),
    options,
  );
}

const readFile = async (given: unknown, body: UploadImageBody, signal: AbortSignal): Promise<ImageFile> => {
  const { path, stats, blob } = await openFile(given);
  const details = ownFields(body);
  const image = await readImage(blob, { ...details, filename: details.filename ?? basename(path) }, signal);
  return { ...image, pieces: () => readFilePieces(path, stats) };
};

const openFile = async (given: unknown): Promise<{ path: string; stats: Stats; blob: Blob }> => {
  try {
    const path = toPath(given);
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('it is not a file');
    // `openAsBlob` does not look whether it may read.
    await access(path, constants.R_OK);
    return { path, stats, blob: await openAsBlob(path) };
  } catch (thrown) {
    throw invalidInput(`invalid path: ${messageOf(thrown)}`, thrown);
  }
};

const toPath = (given: unknown): string => {
  if (typeof given === 'string') return given;
  // A URL of another realm is no instance of this one's.
  const { href }: { readonly href?: unknown } = Object(given);
  if (typeof href !== 'string') throw new TypeError('pass a string or a file: URL');
  return fileURLToPath(href);
};
