// What a hostile peer may send. Each case must end, within the heap that this process is given.
import { createContext, listRoomMessages } from 'lagclient';
import {
  createWebhookHandler,
  dispatchRobotEvents,
  listenByPoll,
  listenBySse,
  parseCommand,
  pollRobotEvents,
  robotRateLimit,
  verifyWebhook,
} from 'lagclient/robots';

const robotOver = (answer: () => Response) =>
  createContext('lag_robot_a_b', { fetch: async () => answer(), baseUrl: 'http://localhost' });
const secret = `whsec_${btoa('a secret of hostile inputs, 32 bytes')}`;
const payload = { type: 'room.message', data: { roomId: 'r1', content: 'hi', senderName: 'Ada' } };

/** A stream that makes its pieces when they are read. */
const streamOf = (count: number, make: (index: number) => Uint8Array): ReadableStream<Uint8Array> => {
  let index = 0;
  return new ReadableStream({
    pull: (controller) => (index < count ? controller.enqueue(make(index++)) : controller.close()),
  });
};
const sse = (count: number, make: (index: number) => string): Response => {
  const encoder = new TextEncoder();
  return new Response(
    streamOf(count, (index) => encoder.encode(make(index))),
    { headers: { 'content-type': 'text/event-stream' } },
  );
};
const take = async (events: AsyncIterable<unknown>, count: number): Promise<number> => {
  let taken = 0;
  for await (const _ of events) if (++taken >= count) break;
  return taken;
};
const quiet = { onReconnect: () => {} };

const cases: Record<string, () => Promise<unknown>> = {
  'a webhook of a million pieces of one byte': async () => {
    const handle = createWebhookHandler({ secret, on: {}, onError: () => {} });
    const body = streamOf(1_000_000, () => new Uint8Array([32]));
    const init = { method: 'POST', body, duplex: 'half', headers: { 'webhook-id': 'a', 'webhook-signature': 'v1,x' } };
    return (await handle(new Request('http://localhost/', init as RequestInit))).status === 401;
  },
  'an array-like of 300 million as the body of a webhook': async () =>
    (await verifyWebhook({ secret, headers: {}, body: { length: 3e8 } as never })).isErr(),
  'a poll of two million numbers': async () =>
    (await pollRobotEvents(robotOver(() => new Response(`[${'0,'.repeat(2_000_000)}0]`)))).isErr(),
  'polls of 10 000 events': async () =>
    (await take(
      listenByPoll(
        robotOver(() => Response.json(Array.from({ length: 10_000 }, () => ({ id: crypto.randomUUID(), payload })))),
        quiet,
      ),
      30_000,
    )) === 30_000,
  'ids of 900 kB': async () =>
    (await take(
      listenBySse(
        robotOver(() =>
          sse(400, (index) => `id: ${index}${'i'.repeat(900_000)}\ndata: ${JSON.stringify(payload)}\n\n`),
        ),
        quiet,
      ),
      400,
    )) === 400,
  'short ids in events of 60 kB': async () =>
    (await take(
      listenBySse(
        robotOver(() =>
          sse(6000, (index) => `id: evt_${index}_0123456789\ndata: {"type":"x","data":"${'x'.repeat(60_000)}"}\n\n`),
        ),
        quiet,
      ),
      6000,
    )) === 6000,
  'an event of 200 MB': async () =>
    (await take(
      listenBySse(
        robotOver(() =>
          sse(202, (index) => (index < 200 ? `data: ${'x'.repeat(1_000_000)}\n` : `\nid: e\ndata: {}\n\n`)),
        ),
        quiet,
      ),
      1,
    )) === 1,
  'a stream of a million pieces of one byte': async () => {
    const text = `id: a\ndata: ${' '.repeat(900_000)}{}\n\n`;
    return (
      (await take(
        listenBySse(
          robotOver(() => sse(text.length, (index) => text[index] ?? '')),
          quiet,
        ),
        1,
      )) === 1
    );
  },
  'nine million characters between quotes': async () =>
    parseCommand(`!x "${'a b '.repeat(2_250_000)}"`)?.args.length === 1,
  'ten thousand calls that wait': async () => {
    const ctx = createContext('lag_robot_a_b', {
      fetch: async () => Response.json({ messages: [], hasMore: false, nextCursor: null }),
      middleware: [robotRateLimit()],
    });
    const end = new AbortController();
    const calls = Array.from({ length: 10_000 }, () =>
      listRoomMessages(ctx, 's1', 'r1', undefined, { signal: end.signal }).then((result) => result.isOk()),
    );
    setTimeout(() => end.abort(), 3000);
    return (await Promise.all(calls)).filter(Boolean).length === 100;
  },
  'a hundred thousand events of a room that hangs': async () => {
    let dropped = 0;
    async function* events() {
      const { ok } = await import('neverthrow');
      for (let index = 0; index < 100_000; index++)
        yield ok({
          id: `e${index}`,
          type: 'room.message' as const,
          data: { roomId: 'r1' as never, content: 'x'.repeat(1000), senderName: 'A' },
        });
    }
    const result = await dispatchRobotEvents(events(), () => new Promise(() => {}), {
      handlerTimeoutMs: 1,
      onError: () => dropped++,
    });
    return result.isOk() && dropped === 100_000;
  },
};

const name = process.argv[2] ?? '';
if (name === '') console.log(JSON.stringify(Object.keys(cases)));
else console.log(JSON.stringify({ isRight: await cases[name]?.() }));
process.exit();
