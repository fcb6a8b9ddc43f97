import type * as v from 'valibot';
import { number, text } from './common.js';
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
