import * as v from 'valibot';
import type { Context } from 'hono';
import { mebibyte, Refusal, withBody } from './requests.js';

const Base64ImageSchema = v.object({
  image: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64'),
    v.check((text) => text.length % 4 === 0, 'must be base64'),
  ),
  contentType: v.optional(v.pipe(v.string(), v.regex(/^image\/[\w.+-]+$/, 'must be a type of image'))),
});

export const largestImage = 25 * mebibyte;

/** A route that takes an avatar or icon as base64 in JSON, without a data URL's prefix. */
export const withBase64Image = <Actor>(route: (c: Context, actor: Actor) => Response) =>
  withBody(
    Base64ImageSchema,
    (c, actor: Actor, { image }) => {
      if ((image.length / 4) * 3 > largestImage + 2)
        throw new Refusal(413, `The image is larger than ${largestImage} bytes`);
      return route(c, actor);
    },
    2 * largestImage,
  );
