import * as v from 'valibot';
import { refuse } from '../world/refusal.js';
import { MEBIBYTE, withBody } from './body.js';
import type { RouteContext } from './context.js';

export const MAX_IMAGE_BYTES = 25 * MEBIBYTE;

const Base64ImageSchema = v.object({
  image: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64'),
    v.check((text) => text.length % 4 === 0, 'must be base64'),
  ),
  contentType: v.optional(v.pipe(v.string(), v.regex(/^image\/[\w.+-]+$/, 'must be a type of image'))),
});

/** A route that takes an avatar or icon as base64 in JSON, without the prefix of a data URL. */
export const withBase64Image = <Actor>(route: (c: RouteContext, actor: Actor) => Response) =>
  withBody(
    Base64ImageSchema,
    (c, actor: Actor, { image }) => {
      if (decodedLength(image) > MAX_IMAGE_BYTES) refuse(413, `The image is larger than ${MAX_IMAGE_BYTES} bytes`);
      return route(c, actor);
    },
    2 * MAX_IMAGE_BYTES,
  );

/** Bytes of a base64 text: three for every four characters, without the padding. */
const decodedLength = (base64: string): number => {
  const padding = base64.length - base64.replace(/=+$/, '').length;
  return (base64.length / 4) * 3 - padding;
};
