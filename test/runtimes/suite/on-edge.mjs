import { runSuite } from './suite.mjs';

// For the Vercel edge runtime: a fetch event's answer, as its sandbox gives it to functions.
addEventListener('fetch', (event) => {
  event.respondWith(
    (async () => {
      const rows = [];
      await runSuite(await event.request.json(), (row) => void rows.push(row));
      return new Response(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    })(),
  );
});
