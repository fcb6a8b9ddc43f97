import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import type { ImageProcessingStatus } from './image-metadata.js';
import { ImageVariantsSchema } from './image-variant.js';
import { model } from './model.js';

export const ImageStatusSchema = /*#__PURE__*/ model({
  id: text,
  processingStatus: text as OpenText<ImageProcessingStatus>,
  /** By the variant's name; `null` until there are some. */
  variants: ImageVariantsSchema,
  url: text,
});

/** How far the server is with an image. */
export interface ImageStatus extends v.InferOutput<typeof ImageStatusSchema> {}
