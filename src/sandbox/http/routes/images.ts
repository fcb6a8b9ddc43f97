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
import { FORMAT_BYTES, imageFormat, type ImageFormat } from '../image-format.js';
import { noContent } from '../responses.js';

const FieldsSchema = v.object({
  file: v.instance(Blob, 'must be a file'),
  purpose: v.picklist(['avatar', 'server_icon', 'event_cover', 'chat', 'general']),
  alt: v.optional(textUpTo(1000)),
  entityId: v.optional(v.string()),
});

/** Types of files whose sender did not know better. A form part without a type counts as text. */
const UNKNOWN_TYPES: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'text/plain']);

/** The image's content type: the one that was sent, or else the one that its bytes show. */
const requireImageType = (world: World, sentType: string, format: ImageFormat | undefined): string => {
  if (/^image\/[\w.+-]+$/.test(sentType)) return sentType;
  if (world.settings.quirks.sniffUploads && UNKNOWN_TYPES.has(sentType) && format) return format.contentType;
  return refuse(415, 'body.file: must be an image');
};

export const imageRoutes = (api: Api, world: World): void => {
  api.post(
    '/images',
    asUser(world, async (c, me) => {
      const { file, purpose, alt } = requireValid(FieldsSchema, await requireForm(c), 'body');
      if (file.size > MAX_IMAGE_BYTES) refuse(413, `The image is larger than ${MAX_IMAGE_BYTES} bytes`);
      if (!file.size) refuse(400, 'body.file: must not be empty');
      const format = imageFormat(new Uint8Array(await file.slice(0, FORMAT_BYTES).arrayBuffer()));
      const image: ImageRow = {
        id: world.random.id(),
        uploaderId: me.id,
        contentType: requireImageType(world, file.type, format),
        size: file.size,
        width: format?.width ?? null,
        height: format?.height ?? null,
        isImage: format !== undefined,
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
  const bytes = await requireBytes(c.req.raw, MAX_IMAGE_BYTES + MEBIBYTE);
  try {
    const body = bytes as BodyInit; // A Uint8Array is one; the type of its buffer is not known.
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    return Object.fromEntries(form);
  } catch {
    return refuse(400, 'The body is not valid multipart/form-data');
  }
};
