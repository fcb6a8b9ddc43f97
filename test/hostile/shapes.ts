import {
  createContext,
  getServer,
  getConfig,
  getVersion,
  iterateRoomMessages,
  listMembers,
  listRoomMessages,
  uploadAvatar,
  uploadImage,
} from '../../src/index.js';
import { pollRobotEvents } from '../../src/robots/index.js';

// Run in a process of its own, with a heap of 512 MB: prints the longest time that each shape keeps the event loop, and
// the most memory that the process has held so far.

const TOKEN = 'lag_pat_0123456789abcdef' as string;
const ROBOT = 'lag_robot_ab12_0123456789abcdef' as string;
const MB = 1_000_000;

/** A million in `npm run test:fuzz`. */
const PIECES = process.env['FUZZ_RUNS'] ? 1_000_000 : 100_000;

const filled = (bytes: number, text: string): Uint8Array => new Uint8Array(Buffer.alloc(bytes, text));

const streamOf = (piece: Uint8Array, count: number): ReadableStream<Uint8Array> => {
  let left = count;
  return new ReadableStream({
    pull: (controller) => {
      if (left-- > 0) controller.enqueue(piece.slice());
      else controller.close();
    },
  });
};

const over = (respond: () => Response | Promise<Response>, options: object = {}, token = TOKEN) =>
  createContext(token, { fetch: async () => respond(), maxRetries: 0, ...options });

const body = (text: string | Uint8Array<ArrayBuffer>, status = 200, headers: Record<string, string> = {}) =>
  over(() => new Response(text, { status, headers }));

const repeated = (text: string, bytes: number): string => text.repeat(Math.floor(bytes / text.length));

const listOf = (item: string, bytes: number): string => `[${repeated(`${item},`, bytes - 10)}${item}]`;

const page = (cursor: string): string => JSON.stringify({ messages: [], hasMore: true, nextCursor: cursor });

const walk = async (cursorOf: (n: number) => string): Promise<void> => {
  let pages = 0;
  const ctx = over(() => new Response(page(cursorOf(pages++))));
  for await (const _ of iterateRoomMessages(ctx, 's1', 'r1'));
};

const SHAPES: Readonly<Record<string, () => object>> = {
  'a list of 2.4 million numbers where members were asked for': () => listMembers(body(listOf('0', 4.9 * MB)), 's1'),
  'a list of 1.6 million empty objects': () => listMembers(body(listOf('{}', 4.9 * MB)), 's1'),
  'lists in lists, 2.4 million deep': () => listMembers(body('['.repeat(2.4 * MB) + ']'.repeat(2.4 * MB)), 's1'),
  'objects in objects, 800 000 deep': () =>
    getServer(body('{"a":'.repeat(0.8 * MB) + '0' + '}'.repeat(0.8 * MB)), 's1'),
  'an object of 400 000 fields': () =>
    getServer(body(`{${Array.from({ length: 400_000 }, (_, n) => `"f${n}":0`).join()}}`), 's1'),
  'a record of 200 000 wrong entries': () =>
    getConfig(body(`{"features":{${Array.from({ length: 200_000 }, (_, n) => `"f${n}":0`).join()}}}`)),
  'one text of 4.9 MB': () => getVersion(body(`{"version":"${'x'.repeat(4.8 * MB)}"}`)),
  'one number of 4.9 million digits': () => getVersion(body('9'.repeat(4.9 * MB))),
  'a response of 500 MB': () => getVersion(over(() => new Response(streamOf(filled(65_536, 'x'), 8000)))),
  [`a response of ${PIECES} pieces of one byte`]: () =>
    getVersion(over(() => new Response(streamOf(filled(1, 'x'), PIECES)))),
  'a response of empty pieces without end': () =>
    getVersion(
      over(() => new Response(new ReadableStream({ type: 'bytes', pull: () => new Promise<void>(() => {}) })), {
        timeoutMs: 100,
      }),
    ),
  'an error of 500 MB': () =>
    getVersion(over(() => new Response(streamOf(filled(65_536, '"'), 8000), { status: 500 }))),
  'an error of 64 KiB of backslashes': () => getVersion(body('\\'.repeat(65_536), 418)),
  'an error of 64 KiB of escaped percent signs': () => getVersion(body(repeated('%25', 65_536), 418)),
  'an error that repeats the start of the token': () =>
    getVersion(body(repeated('lag_pat_0123456789abcde', 70_000), 418)),
  'an error of lists in lists': () => getVersion(body('['.repeat(32_000) + ']'.repeat(32_000), 418)),
  'a Retry-After of 100 000 digits': () => getVersion(body('', 429, { 'retry-after': '9'.repeat(100_000) })),
  'a walk over cursors of 200 kB': () => walk((n) => `${n}${'c'.repeat(200_000)}`),
  'a walk over empty pages without end': () => walk((n) => `${n}`),
  'a base URL of 80 000 slashes': () =>
    getVersion(createContext(TOKEN, { baseUrl: `https://a.test/${'/'.repeat(80_000)}` })),
  'a base URL of 80 000 slashes and a letter': () =>
    getVersion(createContext(TOKEN, { baseUrl: `https://a.test/${'/'.repeat(80_000)}x` })),
  [`an upload of ${PIECES} pieces of one byte`]: () =>
    uploadImage(body('{}'), streamOf(filled(1, 'x'), PIECES), { purpose: 'chat' }),
  'an upload of empty pieces without end': () =>
    uploadImage(
      body('{}'),
      {
        getReader: () => ({ read: async () => ({ done: false, value: new Uint8Array() }), cancel: async () => {} }),
      } as unknown as ReadableStream,
      { purpose: 'chat' },
    ), // has what is read
  'an upload of a stream without end': () =>
    uploadImage(body('{}'), streamOf(filled(65_536, 'x'), Infinity), { purpose: 'chat' }),
  'an avatar of 25 MiB': () => uploadAvatar(body('{"avatarUrl":"x"}'), new Uint8Array(26_214_400)),
  'a page of 10 000 messages that are none': () =>
    listRoomMessages(body(`{"messages":${listOf('{"id":1}', 100_000)},"hasMore":false}`), 's1', 'r1'),
  'a poll of 2.4 million numbers': () => pollRobotEvents(over(() => new Response(listOf('0', 4.9 * MB)), {}, ROBOT)),
};

/** The longest time between two turns of the event loop, less what other processes took of it. */
const measure = async (run: () => object): Promise<number> => {
  let longest = 0;
  let at = performance.now();
  let cpu = process.cpuUsage();
  let isOver = false;
  const tick = (): void => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    longest = Math.max(longest, Math.min(now - at, (user + system) / 1000));
    at = now;
    cpu = process.cpuUsage();
    if (!isOver) setTimeout(tick);
  };
  await new Promise((resolve) => setTimeout(resolve));
  at = performance.now();
  cpu = process.cpuUsage();
  setTimeout(tick);
  await (run() as PromiseLike<unknown>); // each shape makes a call, of one type or another
  isOver = true;
  tick();
  return longest;
};

/** Runs each shape and prints what was measured, a line of JSON each. */
export const measureShapes = async (): Promise<void> => {
  // What the first call sets up is not the shape's.
  await getVersion(body('{"version":"1"}'));
  for (const [name, make] of Object.entries(SHAPES)) {
    const startedAt = performance.now();
    const longestMs = Math.round(await measure(make));
    const tookMs = Math.round(performance.now() - startedAt);
    const heldMb = Math.round(process.resourceUsage().maxRSS / 1000);
    console.log(JSON.stringify({ name, longestMs, tookMs, heldMb }));
  }
};
