import { createContext, sendRoomMessage, uploadImage, waitForImage } from 'lagclient';

const ctx = createContext(process.env.LAG_TOKEN ?? '');
const picture = await fetch('https://example.com/cat.gif');

const sent = await uploadImage(ctx, await picture.blob(), { purpose: 'chat', alt: 'a cat' })
  .andThen(({ id }) => waitForImage(ctx, id, { intervalMs: 100 }))
  .andThen(({ id }) => sendRoomMessage(ctx, 'a-server-id', 'a-room-id', { content: 'look', imageId: id }));

console.log(
  sent.match(
    ({ image }) => image?.contentType,
    (error) => error.kind,
  ),
);
