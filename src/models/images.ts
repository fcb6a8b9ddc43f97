import type * as v from 'valibot';
import { number, text, maybeNumber, maybeText, type Open, type OpenText } from './fields.js';
import { dictionary, maybe, model } from './model.js';

export const ImageVariantSchema = /*#__PURE__*/ model({
  url: text,
  /** Pixels. */
  width: number,
  /** Pixels. */
  height: number,
  /** Bytes. */
  size: number,
});

/** A smaller or converted version of an image. */
export interface ImageVariant extends v.InferOutput<typeof ImageVariantSchema> {}

export const ImageVariantsSchema = /*#__PURE__*/ maybe(/*#__PURE__*/ dictionary(ImageVariantSchema));

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

export const ImageStatusSchema = /*#__PURE__*/ model({
  id: text,
  processingStatus: text as OpenText<ImageProcessingStatus>,
  /** By the variant's name; `null` until there are some. */
  variants: ImageVariantsSchema,
  url: text,
});

/** How far the server is with an image. */
export interface ImageStatus extends v.InferOutput<typeof ImageStatusSchema> {}
