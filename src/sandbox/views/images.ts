import type { ImageMetadata, ImageProcessingStatus, ImageStatus, MessageImage } from '../../models/images.js';
import type { ImageRow } from '../world/rows.js';
import { toIso } from '../world/time.js';
import type { World } from '../world/world.js';

/** Origin of every image URL. Nothing is served there. */
export const CDN_URL = 'https://cdn.lag.example';

/** Larger GIFs become MP4 videos. */
const LARGE_GIF_BYTES = 1024 * 1024;

const THUMBNAIL_WIDTH = 320;

export const imageView = (world: World, image: ImageRow): ImageMetadata => ({
  id: image.id,
  uploaderId: image.uploaderId,
  ...processedFields(world, image),
  originalUrl: originalUrl(image),
  size: image.size,
  width: image.width,
  height: image.height,
  purpose: image.purpose,
  alt: image.alt,
  createdAt: toIso(image.createdAt),
});

export const imageStatusView = (world: World, image: ImageRow): ImageStatus => {
  const { processingStatus, variants, url } = processedFields(world, image);
  return { id: image.id, processingStatus, variants, url };
};

export const messageImageView = (world: World, image: ImageRow | null): MessageImage | null => {
  if (!image) return null;
  const { url, contentType, variants, blurhash } = processedFields(world, image);
  return { id: image.id, url, width: image.width, height: image.height, blurhash, contentType, variants };
};

const originalUrl = (image: ImageRow) => `${CDN_URL}/images/${image.id}/original`;

const processingStatusOf = (world: World, image: ImageRow): ImageProcessingStatus => {
  const { imageProcessingMs } = world.settings;
  const age = world.clock.now() - image.createdAt;
  if (age >= imageProcessingMs) return image.isImage ? 'ready' : 'failed';
  return age < imageProcessingMs / 2 ? 'pending' : 'processing';
};

/** What processing adds to an image. */
const processedFields = (world: World, image: ImageRow) => {
  const processingStatus = processingStatusOf(world, image);
  if (processingStatus !== 'ready') {
    const { contentType } = image;
    return { url: originalUrl(image), contentType, processingStatus, variants: null, blurhash: null };
  }
  const isVideo = image.contentType === 'image/gif' && image.size > LARGE_GIF_BYTES;
  return {
    url: `${CDN_URL}/images/${image.id}/${isVideo ? 'video.mp4' : 'full'}`,
    contentType: isVideo ? 'video/mp4' : image.contentType,
    processingStatus,
    variants: variantsOf(image),
    blurhash: 'L6PZfSi_.AyE_3t7t7R**0o#DgR4',
  };
};

const variantsOf = ({ id, width, height, size }: ImageRow) => {
  if (!width || !height) return null;
  const thumbnailWidth = Math.min(width, THUMBNAIL_WIDTH);
  return {
    thumbnail: {
      url: `${CDN_URL}/images/${id}/thumbnail`,
      width: thumbnailWidth,
      height: Math.max(1, Math.round((height * thumbnailWidth) / width)),
      size: Math.ceil(size / 4),
    },
  };
};
