import { ownFields } from '../invalid-input.js';
import type { UploadImageBody } from '../models/images.js';
import type { ImageFile } from './image-source.js';
import { encodeMultipart } from './multipart.js';
import type { ImageBody } from './upload.js';

/** The form of `POST /images`. */
export const toImageForm = (image: ImageFile, body: Partial<UploadImageBody>): ImageBody => {
  const { purpose, alt, entityId } = ownFields(body);
  const upload = encodeMultipart({ purpose, alt, entityId }, image);
  return { upload, size: upload.size };
};
