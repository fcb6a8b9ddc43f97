import { expect } from 'vitest';
import * as lag from '../../../../src/index.js';
import { errorOf, valueOf } from '../../../support/results.js';
import { describeOperations, png, unauthorized, uploadDot } from '../../scenes.js';

const ascii = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

/** The first bytes of images, and their content types. */
const IMAGES = [
  [png, 'image/png'],
  [ascii('\xff\xd8\xff\xe0'), 'image/jpeg'],
  [ascii('GIF89a'), 'image/gif'],
  [ascii('RIFF\0\0\0\0WEBPVP8 '), 'image/webp'],
  [ascii('\0\0\0\x18ftypheic'), 'image/heic'],
  [ascii('\0\0\0\x18ftypmif1'), 'image/heif'],
] as const;

describeOperations('images', {
  uploadImage: {
    does: 'accepts an image and starts to process it, and finds out its type if the sender does not know it',
    works: async (w) => {
      expect(await uploadDot(w)).toMatchObject({
        uploaderId: w.ids.users.ben,
        contentType: 'image/png',
        size: png.length,
        width: 1,
        height: 1,
        purpose: 'chat',
        alt: 'a dot',
        processingStatus: 'pending',
        variants: null,
      });
      for (const [bytes, contentType] of IMAGES) {
        const file = new Uint8Array([...bytes, ...new Uint8Array(40)]);
        const body = { purpose: 'general', contentType: 'application/octet-stream' } as const;
        expect(await valueOf(lag.uploadImage(w.ben, file, body))).toMatchObject({ contentType });
      }
    },
    refuses: [
      unauthorized(({ me }) => lag.uploadImage(me, png, { purpose: 'chat' })),
      ['another purpose', 'api', ({ ada }) => lag.uploadImage(ada, png, { purpose: 'fun' as 'chat' })],
      [
        'what is no image',
        'api',
        ({ ada }) => lag.uploadImage(ada, png, { purpose: 'chat', contentType: 'application/pdf' }),
      ],
      [
        'unknown bytes of an unknown type',
        'api',
        ({ ada }) =>
          lag.uploadImage(ada, new Uint8Array(40), { purpose: 'chat', contentType: 'application/octet-stream' }),
      ],
      ['nothing', 'api', ({ ada }) => lag.uploadImage(ada, new Blob([], { type: 'image/png' }), { purpose: 'chat' })],
    ],
  },
  getImage: {
    does: 'has variants once the image is ready',
    works: async (w) => {
      const { id } = await uploadDot(w);
      await w.pass(200);
      expect(await valueOf(lag.getImage(w.ada, id))).toMatchObject({
        id,
        processingStatus: 'ready',
        variants: { thumbnail: { width: 1, height: 1 } },
        blurhash: expect.any(String),
      });
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getImage(ada, 'i1')]],
  },
  getImageStatus: {
    does: 'goes from pending to ready, or to failed for bytes that are not an image',
    works: async (w) => {
      const bad = await valueOf(
        lag.uploadImage(w.ben, new Uint8Array([1, 2, 3]), { purpose: 'chat', contentType: 'image/png' }),
      );
      const gif = new Uint8Array(2 * 1024 * 1024);
      gif.set(new TextEncoder().encode('GIF89a'));
      const good = await valueOf(lag.uploadImage(w.ben, gif, { purpose: 'general' }));
      const statuses = async () =>
        Promise.all([bad, good].map(async ({ id }) => (await valueOf(lag.getImageStatus(w.ben, id))).processingStatus));
      expect(await statuses()).toEqual(['pending', 'pending']);
      await w.pass(100);
      expect(await statuses()).toEqual(['processing', 'processing']);
      await w.pass(100);
      expect(await statuses()).toEqual(['failed', 'ready']);
      expect((await valueOf(lag.getImage(w.ben, good.id))).contentType).toBe('video/mp4');
    },
    refuses: [['an unknown one', 'not_found', ({ ada }) => lag.getImageStatus(ada, 'i1')]],
  },
  deleteImage: {
    does: 'removes the image',
    works: async (w) => {
      const { id } = await uploadDot(w);
      expect(await valueOf(lag.deleteImage(w.ben, id))).toBeUndefined();
      expect((await errorOf(lag.getImage(w.ben, id))).kind).toBe('not_found');
    },
    refuses: [
      [
        'one of another',
        'permission',
        (w) => lag.uploadImage(w.ben, png, { purpose: 'chat' }).andThen(({ id }) => lag.deleteImage(w.ada, id)),
      ],
    ],
  },
});
