import type * as v from 'valibot';
import { maybeNumber, maybeText, number, text, type Open, type OpenText } from './common.js';
import { ImageVariantsSchema } from './image-variant.js';
import { model } from './model.js';

/** What an image is for. */
export type ImagePurpose = 'avatar' | 'server_icon' | 'event_cover' | 'chat' | 'general';

/** How far the server is with an image. */
export type ImageProcessingStatus = 'pending' | 'processing' | 'ready' | 'failed';

export const ImageMetadataSchema = /*#__PURE__*/ model({
  id: text,
  uploaderId: maybeText,
  url: text,
  originalUrl: maybeText,
  contentType: text,
  /** Bytes. */
  size: number,
  /** Pixels. */
  width: maybeNumber,
  /** Pixels. */
  height: maybeNumber,
  purpose: text as OpenText<ImagePurpose>,
  processingStatus: text as OpenText<ImageProcessingStatus>,
  /** By the variant's name; `null` until there are some. */
  variants: ImageVariantsSchema,
  /** A placeholder to show until the image is there. */
  blurhash: maybeText,
  alt: maybeText,
  /** ISO 8601. */
  createdAt: text,
});

/** An uploaded image. */
export interface ImageMetadata extends v.InferOutput<typeof ImageMetadataSchema> {}

/** What goes with an image. */
export interface UploadImageBody {
  readonly purpose: Open<ImagePurpose>;
  /** A description for those who cannot see it. */
  readonly alt?: string | undefined;
  /** The id of what the image belongs to. */
  readonly entityId?: string | undefined;
  /** Instead of the `File`'s own name or `image.<extension>`. */
  readonly filename?: string | undefined;
  /** Instead of what the `Blob`, the file name or the first bytes say. */
  readonly contentType?: string | undefined;
}
