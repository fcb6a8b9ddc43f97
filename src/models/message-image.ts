import type * as v from 'valibot';
import { maybeNumber, maybeText, text } from './common.js';
import { ImageVariantsSchema } from './image-variant.js';
import { model } from './model.js';

export const MessageImageSchema = /*#__PURE__*/ model({
  id: text,
  url: maybeText,
  /** Pixels. */
  width: maybeNumber,
  /** Pixels. */
  height: maybeNumber,
  /** A placeholder to show until the image is there. */
  blurhash: maybeText,
  contentType: text,
  /** By the variant's name; `null` until there are some. */
  variants: ImageVariantsSchema,
});

/** The image of a message. */
export interface MessageImage extends v.InferOutput<typeof MessageImageSchema> {}
