import type { Result } from 'neverthrow';
import { vi } from 'vitest';
import { createContext, type RobotContext } from '../../src/context.js';
import type { LagError } from '../../src/errors.js';
import { fetchTransport } from '../../src/transports/fetch.js';
import type { RobotEvent } from '../../src/robots/index.js';
import { ROBOT_TOKEN } from '../support/samples.js';
import type { Answer } from '../support/server.js';

/** A robot's context over a server of the test. */
export const robotAt = (url: string): RobotContext => createContext(ROBOT_TOKEN, { baseUrl: url });

/** A robot's context over a function of the test. */
export const robotOver = (fetch: (url: string, init: RequestInit) => Promise<Response>): RobotContext =>
  createContext(ROBOT_TOKEN, { transport: fetchTransport({ fetch }), baseUrl: 'http://localhost' });

/** The payload of a message, as every transport carries it. */
export const payload = (content: string, roomId = 'r1') => ({
  type: 'room.message',
  serverId: 's1',
  timestamp: '2026-01-02T03:04:05.000Z',
  data: { roomId, content, senderName: 'Ada' },
});

/** An event as a poll answers it. */
export const polled = (id: string, content = `text of ${id}`, roomId?: string) => ({
  id,
  eventType: 'room.message',
  payload: payload(content, roomId),
  createdAt: '2026-01-02T03:04:05.000Z',
});

/** An event as a stream carries it. */
export const streamed = (id: string, content = `text of ${id}`, roomId?: string): string =>
  `id: ${id}\nevent: room.message\ndata: ${JSON.stringify(payload(content, roomId))}\n\n`;

/** Answers a stream of these pieces and leaves it open, or ends it. */
export const sse =
  (pieces: readonly (string | Buffer)[], end = false): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const piece of pieces) response.write(piece);
    if (end) response.end();
  };

/** A response whose body is written by the test. */
export const openStream = () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancel = vi.fn<() => void>();
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), cancel });
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    write: (piece: string | Uint8Array) => controller.enqueue(Buffer.from(piece)),
    end: () => controller.close(),
    fail: (error: unknown) => controller.error(error),
    cancel,
  };
};

/** The contents, or kinds of error, of the first results. */
export const take = async (
  events: AsyncIterable<Result<RobotEvent, LagError>>,
  most = Infinity,
): Promise<(string | undefined)[]> => {
  const taken: (string | undefined)[] = [];
  if (most > 0)
    for await (const event of events) {
      taken.push(describe(event));
      if (taken.length >= most) break;
    }
  return taken;
};

export const describe = (event: Result<RobotEvent, LagError>): string | undefined =>
  event.isErr()
    ? `Err ${event.error.kind}`
    : event.value.type === 'room.message'
      ? event.value.data.content
      : event.value.type;

/** Time of the whole process in the hands of the test. */
export const fakeTime = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
};
