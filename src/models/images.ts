import * as v from 'valibot';
import { nullableNumber, nullableText, number, text, type Open, type OpenText, type Text } from './fields.js';
import type { ImageId, UserId } from './ids.js';

/** The largest image that Lag accepts, in bytes: 25 MiB. */
export const IMAGE_MAX_BYTES = 26_214_400;

/** A smaller or converted version of an image. */
export interface ImageVariant {
  url: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Bytes. */
  size: number;
}

export const ImageVariantSchema = /*#__PURE__*/ v.looseObject({
  url: text,
  width: number,
  height: number,
  size: number,
});

const imageVariants = /*#__PURE__*/ v.nullable(/*#__PURE__*/ v.record(text, ImageVariantSchema));

/** The image of a message. */
export interface MessageImage {
  id: ImageId;
  url: string | null;
  /** Pixels. */
  width: number | null;
  /** Pixels. */
  height: number | null;
  /** A placeholder to show until the image is loaded. */
  blurhash: string | null;
  contentType: string;
  /** By the variant's name; `null` until there are some. */
  variants: Record<string, ImageVariant> | null;
}

export const MessageImageSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ImageId>,
  url: nullableText,
  width: nullableNumber,
  height: nullableNumber,
  blurhash: nullableText,
  contentType: text,
  variants: imageVariants,
});

/** What an image is used for. */
export type ImagePurpose = 'avatar' | 'server_icon' | 'event_cover' | 'chat' | 'general';

/** How far the server has processed an image. */
export type ImageProcessingStatus = 'pending' | 'processing' | 'ready' | 'failed';

/** An uploaded image. */
export interface ImageMetadata {
  id: ImageId;
  uploaderId: UserId | null;
  url: string;
  originalUrl: string | null;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Pixels. */
  width: number | null;
  /** Pixels. */
  height: number | null;
  purpose: Open<ImagePurpose>;
  processingStatus: Open<ImageProcessingStatus>;
  /** By the variant's name; `null` until there are some. */
  variants: Record<string, ImageVariant> | null;
  /** A placeholder to show until the image is loaded. */
  blurhash: string | null;
  /** A description for people who cannot see the image. */
  alt: string | null;
  /** ISO 8601. */
  createdAt: string;
}

export const ImageMetadataSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ImageId>,
  uploaderId: /*#__PURE__*/ v.nullable(text as Text<UserId>),
  url: text,
  originalUrl: nullableText,
  contentType: text,
  size: number,
  width: nullableNumber,
  height: nullableNumber,
  purpose: text as OpenText<ImagePurpose>,
  processingStatus: text as OpenText<ImageProcessingStatus>,
  variants: imageVariants,
  blurhash: nullableText,
  alt: nullableText,
  createdAt: text,
});

/** How far the server has processed an image. */
export interface ImageStatus {
  id: ImageId;
  processingStatus: Open<ImageProcessingStatus>;
  /** By the variant's name; `null` until there are some. */
  variants: Record<string, ImageVariant> | null;
  url: string;
}

export const ImageStatusSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<ImageId>,
  processingStatus: text as OpenText<ImageProcessingStatus>,
  variants: imageVariants,
  url: text,
});

/** What to say about an image that is uploaded. */
export interface UploadImageBody {
  readonly purpose: Open<ImagePurpose>;
  /** A description for people who cannot see the image. */
  readonly alt?: string | undefined;
  /** The id of the object that the image belongs to. */
  readonly entityId?: string | undefined;
  /** Replaces the `File`'s own name or `image.<extension>`. */
  readonly filename?: string | undefined;
  /** Replaces the type that the `Blob`, the file name or the first bytes indicate. */
  readonly contentType?: string | undefined;
}

export const UploadImageBodySchema = /*#__PURE__*/ v.object({
  purpose: text as OpenText<ImagePurpose>,
  alt: /*#__PURE__*/ v.optional(text),
  entityId: /*#__PURE__*/ v.optional(text),
  filename: /*#__PURE__*/ v.optional(text),
  contentType: /*#__PURE__*/ v.optional(text),
});

/** The fields of a form that uploads an image: `multipart/form-data` of `POST /images`. */
export interface MultipartImageBody {
  /** At most 25 MiB. */
  readonly file: Blob;
  readonly purpose: Open<ImagePurpose>;
  /** A description for people who cannot see the image. */
  readonly alt?: string | undefined;
  /** The id of the object that the image belongs to. */
  readonly entityId?: string | undefined;
}

export const MultipartImageBodySchema = /*#__PURE__*/ v.object({
  file: /*#__PURE__*/ v.pipe(/*#__PURE__*/ v.blob(), /*#__PURE__*/ v.maxSize(IMAGE_MAX_BYTES)),
  purpose: text as OpenText<ImagePurpose>,
  alt: /*#__PURE__*/ v.optional(text),
  entityId: /*#__PURE__*/ v.optional(text),
});

/** An avatar or a server icon. */
export interface Base64ImageBody {
  /** Base64 without a data URL prefix, of at most 25 MiB. */
  readonly image: string;
  /**
   * The media type of the image.
   *
   * @default image/jpeg
   */
  readonly contentType?: string | undefined;
}

const BYTES_PER_GROUP = 3;
const CHARACTERS_PER_GROUP = 4;

// Not valibot's own `base64`: its pattern throws a RangeError on images of 12 MB and more.
const isBase64 = (encoded: string): boolean =>
  encoded.length % CHARACTERS_PER_GROUP === 0 && !/[^A-Za-z0-9+/]/.test(withoutPadding(encoded));

const withoutPadding = (encoded: string): string => encoded.replace(/={1,2}$/, '');

const byteLengthOf = (encoded: string): number =>
  Math.floor((withoutPadding(encoded).length * BYTES_PER_GROUP) / CHARACTERS_PER_GROUP);

export const Base64ImageBodySchema = /*#__PURE__*/ v.object({
  image: /*#__PURE__*/ v.pipe(
    text,
    /*#__PURE__*/ v.nonEmpty(),
    /*#__PURE__*/ v.check((encoded) => byteLengthOf(encoded) <= IMAGE_MAX_BYTES, 'must be at most 25 MiB'),
    /*#__PURE__*/ v.check(isBase64, 'must be base64 without a data URL prefix'),
  ),
  contentType: /*#__PURE__*/ v.optional(text),
});
