import * as v from 'valibot';
import { imageStatusView, imageView } from '../../views/images.js';
import { requireImage } from '../../world/access.js';
import { refuse } from '../../world/refusal.js';
import type { ImageRow } from '../../world/rows.js';
import type { World } from '../../world/world.js';
import { asUser } from '../auth.js';
import { MAX_IMAGE_BYTES } from '../base64-image.js';
import { MEBIBYTE, requireBytes, requireValid } from '../body.js';
import { type Api, param, type RouteContext } from '../context.js';
import { textUpTo } from '../fields.js';
import { imageSize } from '../image-format.js';
import { noContent } from '../responses.js';

const FieldsSchema = v.object({
  file: v.instance(Blob, 'must be a file'),
  purpose: v.picklist(['avatar', 'server_icon', 'event_cover', 'chat', 'general']),
  alt: v.optional(textUpTo(1000)),
  entityId: v.optional(v.string()),
});

/** The formats of images are known by this many first bytes. */
const SNIFFED_BYTES = 32;

export const imageRoutes = (api: Api, world: World): void => {
  api.post(
    '/images',
    asUser(world, async (c, me) => {
      const { file, purpose, alt } = requireValid(FieldsSchema, await requireForm(c), 'body');
      if (file.size > MAX_IMAGE_BYTES) refuse(413, `The image is larger than ${MAX_IMAGE_BYTES} bytes`);
      if (!file.size) refuse(400, 'body.file: must not be empty');
      if (!/^image\/[\w.+-]+$/.test(file.type)) refuse(415, 'body.file: must be an image');
      const size = imageSize(new Uint8Array(await file.slice(0, SNIFFED_BYTES).arrayBuffer()));
      const image: ImageRow = {
        id: world.random.id(),
        uploaderId: me.id,
        contentType: file.type,
        size: file.size,
        width: size?.width ?? null,
        height: size?.height ?? null,
        isImage: size !== null,
        purpose,
        alt: alt ?? null,
        createdAt: world.clock.now(),
      };
      world.images.set(image.id, image);
      return c.json(imageView(world, image), 201);
    }),
  );

  api.get(
    '/images/:imageId',
    asUser(world, (c) => c.json(imageView(world, requireImage(world, param(c, 'imageId'))))),
  );

  api.get(
    '/images/:imageId/status',
    asUser(world, (c) => c.json(imageStatusView(world, requireImage(world, param(c, 'imageId'))))),
  );

  api.delete(
    '/images/:imageId',
    asUser(world, (c, me) => {
      const image = requireImage(world, param(c, 'imageId'));
      if (image.uploaderId !== me.id) refuse(403, 'You can delete only images that you uploaded');
      world.images.delete(image.id);
      return noContent();
    }),
  );
};

const requireForm = async (c: RouteContext): Promise<Record<string, unknown>> => {
  const type = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) refuse(415, 'The body must be multipart/form-data');
  const bytes = await requireBytes(c, MAX_IMAGE_BYTES + MEBIBYTE);
  try {
    const form = await new Response(bytes as BodyInit, { headers: { 'content-type': type } }).formData();
    return Object.fromEntries(form);
  } catch {
    return refuse(400, 'The body is not valid multipart/form-data');
  }
};
