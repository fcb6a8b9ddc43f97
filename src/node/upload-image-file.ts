import { constants, openAsBlob } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UserContext } from '../context.js';
import { invalidInput, ownFields } from '../invalid-input.js';
import { ImageMetadataSchema, type ImageMetadata, type UploadImageBody } from '../models/images.js';
import type { LagResult } from '../pipeline/types.js';
import { toImageForm } from '../uploads/image-form.js';
import { readImage, type ImageFile } from '../uploads/image-source.js';
import { uploadWith, type UploadOptions } from '../uploads/upload.js';
import { readFilePieces } from './read-file-pieces.js';

/**
 * Uploads an image from a path. It is read while it is sent, and never held in memory.
 *
 * `POST /images`. Users only. A path where there is no readable file, and a file of more than 25 MiB, is `invalid_input`
 * before anything is sent. Name and content type are those of the file name, unless `body` says otherwise.
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

const readFile = async (given: string | URL, body: UploadImageBody, signal: AbortSignal): Promise<ImageFile> => {
  const path = toPath(given);
  const blob = await openFile(path);
  const details = ownFields(body);
  const image = await readImage(blob, { ...details, filename: details.filename ?? basename(path) }, signal);
  return { ...image, pieces: () => readFilePieces(path, blob.size) };
};

const toPath = (path: unknown): string => {
  if (typeof path === 'string' && path !== '') return path;
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  throw invalidInput('invalid path: pass a path or a file: URL');
};

const openFile = async (path: string): Promise<Blob> => {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
    // `openAsBlob` does not look whether it may read.
    await access(path, constants.R_OK);
  } catch (thrown) {
    throw invalidInput('invalid path: the file cannot be read', thrown);
  }
  if (!isFile) throw invalidInput('invalid path: it is not a file');
  return openAsBlob(path);
};
