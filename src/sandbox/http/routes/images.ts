import * as v from 'valibot';
import type { Context, Hono } from 'hono';
import { asUser } from '../auth.js';
import { largestImage } from '../base64-image.js';
import { check, mebibyte, noContent, readBytes, refuse } from '../requests.js';
import { sniff } from '../image-size.js';
import { imageStatusView, imageView } from '../../views/views.js';
import type { ImageRow, World } from '../../world/world.js';

const FieldsSchema = v.object({
  file: v.instance(Blob, 'must be a file'),
  purpose: v.picklist(['avatar', 'server_icon', 'event_cover', 'chat', 'general']),
  alt: v.optional(v.pipe(v.string(), v.maxLength(1000, 'must be at most 1000 characters long'))),
  entityId: v.optional(v.string()),
});

export const imageRoutes = (api: Hono, world: World): void => {
  const find = (c: Context): ImageRow => world.images.get(c.req.param('imageId')!) ?? refuse(404, 'Image not found');

  api.post(
    '/images',
    asUser(world, async (c, me) => {
      const { file, purpose, alt } = check(FieldsSchema, await readForm(c), 'body');
      if (file.size > largestImage) refuse(413, `The image is larger than ${largestImage} bytes`);
      if (!file.size) refuse(400, 'body.file: must not be empty');
      if (!/^image\/[\w.+-]+$/.test(file.type)) refuse(415, 'body.file: must be an image');
      const seen = sniff(new Uint8Array(await file.slice(0, 32).arrayBuffer()));
      const image: ImageRow = {
        id: world.random.id(),
        uploaderId: me.id,
        contentType: file.type,
        size: file.size,
        width: seen?.width ?? null,
        height: seen?.height ?? null,
        sound: seen !== null,
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
    asUser(world, (c) => c.json(imageView(world, find(c)))),
  );

  api.get(
    '/images/:imageId/status',
    asUser(world, (c) => c.json(imageStatusView(world, find(c)))),
  );

  api.delete(
    '/images/:imageId',
    asUser(world, (c, me) => {
      const image = find(c);
      if (image.uploaderId !== me.id) refuse(403, 'Only who uploaded an image can delete it');
      world.images.delete(image.id);
      return noContent();
    }),
  );
};

const readForm = async (c: Context): Promise<Record<string, unknown>> => {
  const type = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) refuse(415, 'The body must be multipart/form-data');
  const bytes = await readBytes(c, largestImage + mebibyte);
  try {
    const form = await new Response(bytes as BodyInit, { headers: { 'content-type': type } }).formData();
    return Object.fromEntries(form);
  } catch {
    return refuse(400, 'The body is not valid multipart/form-data');
  }
};
