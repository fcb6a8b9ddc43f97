import * as lag from 'lagclient';
import * as robots from 'lagclient/robots';
import { check, eventually, same } from './env.mjs';

/** By name, in the order they run; the last ones look at what the others left. */
export const cases = {
  'identity of a user': async ({ ada, ids, value }) => {
    const me = await value(lag.getIdentity(ada));
    same([me.kind, me.id, me.username, me.displayName], ['user', ids.users.ada, 'ada', 'Ada'], 'identity');
  },

  'identity of a robot': async ({ robot, ids, value }) => {
    const me = await value(lag.getIdentity(robot));
    same([me.kind, me.id, me.serverId], ['robot', ids.robot, ids.server], 'identity');
    check(me.permissions.includes('send_messages'), 'it knows its permissions');
  },

  'send, edit and delete as a user': async ({ ada, ids, value, failure }) => {
    const { server, rooms } = ids;
    const content = 'grüße, 你好, \u{1f680}';
    const sent = await value(lag.sendRoomMessage(ada, server, rooms.music, { content }));
    same([sent.content, sent.userId], [content, ids.users.ada], 'message');
    const edited = await value(lag.editRoomMessage(ada, server, rooms.music, sent.id, { content: 'edited' }));
    same([edited.id, edited.content], [sent.id, 'edited'], 'edited message');
    check(edited.editedAt, 'it says when');
    await value(lag.deleteRoomMessage(ada, server, rooms.music, sent.id));
    await failure('not_found', lag.deleteRoomMessage(ada, server, rooms.music, sent.id));
  },

  'send, edit and delete as a robot': async ({ robot, ids, value }) => {
    const { server, rooms } = ids;
    const sent = await value(lag.sendRoomMessage(robot, server, rooms.music, { content: 'beep' }));
    same([sent.content, sent.robotId], ['beep', ids.robot], 'message');
    const edited = await value(lag.editRoomMessage(robot, server, rooms.music, sent.id, { content: 'boop' }));
    same(edited.content, 'boop', 'edited message');
    await value(lag.deleteRoomMessage(robot, server, rooms.music, sent.id));
  },

  'pages and items': async ({ ada, ids, value }) => {
    const { server, rooms } = ids;
    const sizes = [];
    const seen = new Set();
    let cursor;
    for await (const page of lag.iterateRoomMessages(ada, server, rooms.general, { limit: 100 })) {
      const { items, nextCursor } = await value(page);
      sizes.push(items.length);
      for (const { id } of items) seen.add(id);
      cursor ??= nextCursor;
    }
    same([sizes, seen.size], [[100, 100, 100], 300], 'pages and distinct messages');
    const rest = lag.iterateRoomMessages(ada, server, rooms.general, { limit: 100, cursor });
    same((await value(lag.collectItems(rest, Infinity))).length, 200, 'messages after the first page');
  },

  upload: async ({ ada, value, failure }) => {
    const png = Uint8Array.from(
      atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
      (char) => char.charCodeAt(0),
    );
    const sources = {
      bytes: png,
      buffer: png.buffer,
      blob: new Blob([png], { type: 'image/png' }),
      stream: new ReadableStream({
        start: (controller) => {
          controller.enqueue(png.subarray(0, 30));
          controller.enqueue(png.subarray(30));
          controller.close();
        },
      }),
    };
    for (const [kind, source] of Object.entries(sources)) {
      const image = await value(lag.uploadImage(ada, source, { purpose: 'chat', alt: `ein Bild \u{1f5bc}` }));
      same(
        [image.contentType, image.size, image.alt],
        ['image/png', png.length, 'ein Bild \u{1f5bc}'],
        `image of a ${kind}`,
      );
    }
    const { id } = await value(lag.uploadImage(ada, png, { purpose: 'chat' }));
    same((await value(lag.waitForImage(ada, id))).processingStatus, 'ready', 'status');
    await failure('invalid_input', lag.uploadImage(ada, 'not bytes', { purpose: 'chat' }));
  },

  'an upload over a slow line': async ({ at, config, value, failure, bare }) => {
    // 8 MiB at 1 Mbit/s take 67 s. Line and timers run 16 times as fast.
    const scale = 16;
    const bytesPerSecond = (scale * 1_000_000) / 8;
    const behaviour = `slow/${bytesPerSecond}`;
    const uploads = 4;
    // The browser's own limit is for all of them together.
    await globalThis.throttleUploads?.(uploads * bytesPerSecond);
    const bytes = new Uint8Array(8 * 1024 * 1024);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const upload = async (ctx, source) => {
      const steps = [];
      await value(
        lag.uploadImage(ctx, source, { purpose: 'chat' }, { onUploadProgress: (step) => void steps.push(step) }),
      );
      const { sent, total } = steps.at(-1);
      check(sent === total && total > bytes.length, `it ends with all of it: ${sent} of ${total}`);
      check(
        steps.every((step, index) => step.total === total && (index === 0 || step.sent > steps[index - 1].sent)),
        `it only grows: ${steps.map((step) => step.sent).join(' ')}`,
      );
      return steps.length;
    };
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (run, ms, ...rest) => setTimeout(run, ms / scale, ...rest);
    try {
      const [steps] = await Promise.all([
        upload(at(behaviour), bytes),
        upload(at(behaviour), new Blob([bytes], { type: 'image/png' })),
        upload(bare({ baseUrl: `${config.raw}/${behaviour}` }), bytes),
        // It is the growing timeout that lets them pass.
        failure('timeout', lag.uploadImage(at(behaviour), bytes, { purpose: 'chat' }, { timeoutMs: 30_000 })),
      ]);
      if (config.xhr) check(steps > 5, `it is told of on the way: ${steps} times`);
    } finally {
      globalThis.setTimeout = setTimeout;
      await globalThis.throttleUploads?.(-1);
    }
  },

  'error: auth': async ({ context, failure }) => {
    const error = await failure('auth', lag.getIdentity(context('lag_pat_of_nobody')));
    same([error.status, error.method, error.path, error.attempts], [401, 'GET', '/users/me', 1], 'error');
    check(error.requestId, 'the request id can be read');
  },

  'error: permission': async ({ ben, ids, failure }) => {
    const error = await failure('permission', lag.createRoom(ben, ids.server, { name: 'no' }));
    same(error.status, 403, 'status');
  },

  'error: not_found': async ({ ada, ids, failure }) => {
    const error = await failure('not_found', lag.listRoomMessages(ada, ids.server, 'no such room'));
    same([error.status, error.path], [404, `/servers/${ids.server}/rooms/no%20such%20room/messages`], 'error');
  },

  'error: conflict': async ({ at, failure }) => {
    const error = await failure('conflict', lag.getHealth(at('status/409')));
    same([error.status, error.code, error.requestId, error.message], [409, 'E409', 'req-raw', 'made up 409'], 'error');
  },

  'error: rate_limit': async ({ at, failure }) => {
    const error = await failure('rate_limit', lag.getHealth(at('busy/3600', { maxRetries: 5 })));
    same([error.status, error.retryAfterSeconds, error.attempts], [429, 3600, 1], 'error');
  },

  'error: server': async ({ ada, ids, fault, failure }) => {
    await fault({ status: 502, html: true });
    const { server, rooms } = ids;
    const error = await failure('server', lag.sendRoomMessage(ada, server, rooms.quiet, { content: 'once' }));
    same([error.status, error.attempts, error.maybeApplied], [502, 1, true], 'a send is not repeated');
  },

  'error: api': async ({ at, failure }) => {
    const error = await failure('api', lag.getHealth(at('status/418')));
    same([error.status, error.body], [418, { error: 'E418', message: 'made up 418', statusCode: 418 }], 'error');
  },

  'error: connection': async ({ at, context, tokens, config, failure }) => {
    await failure('connection', lag.getHealth(at('reset')));
    await failure('connection', lag.getHealth(at('cut')));
    const nowhere = context(tokens.ada, { baseUrl: config.closed, maxRetries: 1 });
    same((await failure('connection', lag.getHealth(nowhere))).attempts, 2, 'attempts');
  },

  'error: timeout': async ({ at, bare, config, failure }) => {
    for (const behaviour of ['silent', 'stall', 'trickle']) {
      for (const ctx of [at(behaviour), bare({ baseUrl: `${config.raw}/${behaviour}`, maxRetries: 0 })]) {
        const started = Date.now();
        const error = await failure('timeout', lag.getHealth(ctx, { timeoutMs: 150 }));
        const took = Date.now() - started;
        check(took >= 140 && took < 2000, `${behaviour} ends after 150 ms, not ${took}`);
        same(error.attempts, 1, 'attempts');
      }
    }
  },

  'error: aborted': async ({ at, failure }) => {
    const before = new AbortController();
    before.abort();
    same((await failure('aborted', lag.getHealth(at('fine'), { signal: before.signal }))).attempts, 0, 'attempts');
    for (const behaviour of ['silent', 'stall']) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('enough')), 50);
      const error = await failure('aborted', lag.getHealth(at(behaviour), { signal: controller.signal }));
      check(/enough/.test(error.cause.message), `the reason is kept in ${behaviour}: ${error.cause.message}`);
    }
  },

  'error: invalid_token': async ({ context, ada, failure }) => {
    for (const token of ['', 'Bearer lag_pat_x', 'lag_pat_\u{1f680}', 'two\nlines'])
      await failure('invalid_token', lag.getIdentity(context(token)));
    await failure('invalid_token', robots.pollRobotEvents(ada));
  },

  'error: invalid_input': async ({ ada, context, tokens, ids, failure }) => {
    for (const id of ['', '.', '..', '\ud800', undefined])
      same((await failure('invalid_input', lag.deleteRoom(ada, ids.server, id))).attempts, 0, 'attempts');
    await failure('invalid_input', lag.getHealth(ada, { timeoutMs: 2 ** 31 }));
    await failure('invalid_input', lag.getHealth(ada, { headers: { 'x-conformance': 'a\r\nb' } }));
    await failure('invalid_input', lag.getHealth(context(tokens.ada, { baseUrl: 'http://example.com' })));
  },

  'error: invalid_response': async ({ at, failure }) => {
    for (const behaviour of ['html', 'truncated', 'null', 'empty']) {
      const error = await failure('invalid_response', lag.getHealth(at(behaviour)));
      check(error.issues.length > 0 && error.status === 200, `${behaviour} is explained`);
    }
  },

  'redirects are errors': async ({ at, bare, config, failure }) => {
    for (const status of [301, 302, 307]) {
      for (const way of ['redirect', 'away']) {
        const behaviour = `${way}/${status}`;
        await failure('api', lag.getHealth(at(behaviour)));
        await failure('api', lag.createServer(bare({ baseUrl: `${config.raw}/${behaviour}` }), { name: 'never' }));
      }
    }
  },

  'redirects are not followed': async ({ seen }) => same(await seen('/fine/health'), [], 'what followed'),

  'a robot is refused before anything is sent': async ({ context, tokens, config, ids, seen, failure }) => {
    const robot = context(tokens.robot, { baseUrl: `${config.raw}/fine/refused` });
    for (const result of [
      lag.getMe(robot),
      lag.listFriends(robot),
      lag.createServer(robot, { name: 'no' }),
      lag.deleteRoom(robot, ids.server, 'r1'),
    ])
      same((await failure('invalid_token', result)).attempts, 0, 'attempts');
    same(await seen('/refused'), [], 'what was sent');
  },

  'retries, and what they wait for': async ({ at, value, failure, config }) => {
    await value(lag.getHealth(at(`flaky/503/2/${config.runtime}-a`, { maxRetries: 2 })));
    await value(lag.getHealth(at(`flaky/429/1/${config.runtime}-b`, { maxRetries: 2 })));
    same((await failure('server', lag.getHealth(at('status/500', { maxRetries: 1 })))).attempts, 2, 'attempts');
    const started = Date.now();
    const late = await lag.getHealth(at('status/503', { maxRetries: 9 }), { deadlineMs: 600 });
    check(
      late.isErr() && /server|timeout/.test(late.error.kind) && late.error.attempts < 4,
      'a deadline ends the retries',
    );
    check(Date.now() - started < 1000, 'a deadline covers the waits');
  },

  'knows that a refused connection sent nothing': async ({ context, tokens, config, ids, failure }) => {
    const nowhere = context(tokens.ada, { baseUrl: config.closed, maxRetries: 1 });
    const error = await failure(
      'connection',
      lag.sendRoomMessage(nowhere, ids.server, ids.rooms.quiet, { content: 'hi' }),
    );
    same([error.attempts, error.maybeApplied], [2, false], 'a send is repeated');
  },

  'headers that arrive': async ({ at, tokens, seen, value, config }) => {
    await value(lag.getHealth(at('fine/headers'), { headers: { 'X-Conformance': 'yes' } }));
    const [{ headers }] = await seen('/fine/headers');
    same(
      [headers.authorization, headers.accept, headers['x-conformance']],
      [`Bearer ${tokens.ada}`, 'application/json', 'yes'],
      'headers',
    );
    check(
      config.browser ? /^Mozilla/.test(headers['user-agent']) : /^lagclient\/\d/.test(headers['user-agent']),
      `the user agent is ours, or the browser's: ${headers['user-agent']}`,
    );
    check(!('content-type' in headers), 'a GET has no content type');
  },

  'answers of any shape': async ({ at, bare, config, value }) => {
    for (const via of [at, (behaviour) => bare({ baseUrl: `${config.raw}/${behaviour}` })]) {
      await value(lag.getHealth(via('untyped')));
      same((await value(lag.getHealth(via('gzip')))).version, '\u{1f680}'.repeat(2000), 'decompressed');
      same((await value(lag.getHealth(via('unknown')))).more, { later: true }, 'unknown fields');
    }
  },

  'fifty calls at once': async ({ ada, ids, value }) => {
    const { server, rooms } = ids;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        value(lag.sendRoomMessage(ada, server, rooms.quiet, { content: `no. ${index}` })),
      ),
    );
    same(
      answers.map(({ content }) => content),
      Array.from({ length: 50 }, (_, index) => `no. ${index}`),
      'each got its own',
    );
  },

  middleware: async ({ context, tokens, value, failure }) => {
    const paths = [];
    const log = (next) => async (request) => {
      paths.push(request.path);
      return next({ ...request, headers: { ...request.headers, 'x-conformance': 'mw' } });
    };
    await value(lag.getIdentity(context(tokens.ada, { middleware: [log] })));
    same(paths, ['/users/me'], 'paths');
    const bad = () => () => {
      throw new TypeError('of the user');
    };
    await failure('invalid_input', lag.getIdentity(context(tokens.ada, { middleware: [bad] })));
  },

  'a fetch of your own': async ({ context, tokens, value, failure }) => {
    let calls = 0;
    const counted = (...args) => (calls++, fetch(...args));
    await value(lag.getIdentity(context(tokens.ada, { fetch: counted })));
    same(calls, 1, 'calls');
    const broken = () => Promise.reject(`no, ${tokens.ada}`);
    await failure('connection', lag.getIdentity(context(tokens.ada, { fetch: broken, maxRetries: 0 })));
  },

  'robot events by SSE': async ({ context, tokens, ada, ids, openStreams, config, value, failure }) => {
    const { server, rooms } = ids;
    const robot = context(tokens.sseRobot);
    const controller = new AbortController();
    const events = robots.listenRobotEvents(robot, { transport: 'sse', signal: controller.signal });
    let heard;
    const first = events.next().then((one) => (heard = one));
    // Until one is heard: what was sent before the stream stood is not told.
    await eventually(async () => {
      await value(lag.sendRoomMessage(ada, server, rooms.quiet, { content: 'über SSE' }));
      return heard;
    }, 'an event comes');
    const event = await value((await first).value);
    same([event.type, event.serverId, event.data.content], ['room.message', server, 'über SSE'], 'event');
    controller.abort();
    // What was fetched before is handed over.
    let end = await events.next();
    while (!end.done && end.value.isOk()) end = await events.next();
    check(end.done || end.value.isErr(), 'an abort ends it');

    // One that is left closes its connection, on a server that would go on for ever.
    for await (const one of robots.listenRobotEvents(context(tokens.sseRobot, { baseUrl: `${config.raw}/events` }), {
      transport: 'sse',
    })) {
      same((await value(one)).id, 'e1', 'id');
      break;
    }
    await eventually(async () => (await openStreams()) === 0, 'the connection is closed');
    const refused = robots.listenRobotEvents(context('lag_robot_of_nobody'), { transport: 'sse' });
    await failure('auth', (await refused.next()).value);
  },

  'robot events by long poll': async ({ context, tokens, ada, ids, value, failure }) => {
    const { server, rooms } = ids;
    const robot = context(tokens.pollRobot);
    const controller = new AbortController();
    const events = robots.listenRobotEvents(robot, { transport: 'poll', signal: controller.signal });
    const got = [];
    const reading = (async () => {
      for await (const event of events) {
        if (event.isErr()) return event.error;
        got.push(event.value.data.content);
        if (event.value.data.content === 'drei') controller.abort();
      }
    })();
    for (const content of ['eins', 'zwei', 'drei'])
      await value(lag.sendRoomMessage(ada, server, rooms.quiet, { content }));
    const end = await reading;
    // Before them come those of the cases before.
    same(got.slice(-3), ['eins', 'zwei', 'drei'], 'events');
    check(!end || end.kind === 'aborted', 'an abort ends it');
    await failure('auth', robots.pollRobotEvents(context('lag_robot_of_nobody')));
  },

  'webhook verification': async ({ webhook, value, failure }) => {
    const { secret, headers, body } = await webhook();
    const event = await value(robots.verifyWebhook({ secret, headers, body }));
    same([event.id, event.type, event.data.content], ['msg_1', 'room.message', 'grüße \u{1f680}'], 'event');
    const bytes = new TextEncoder().encode(body);
    await value(robots.verifyWebhook({ secret, headers: new Headers(headers), body: bytes }));
    await failure('invalid_input', robots.verifyWebhook({ secret, headers, body: `${body} ` }));
    await failure(
      'invalid_input',
      robots.verifyWebhook({ secret, headers: { ...headers, 'webhook-timestamp': '1' }, body }),
    );

    const taken = [];
    const handle = robots.createWebhookHandler({
      secret,
      on: { 'room.message': (one) => void taken.push(one.data.content) },
    });
    const post = (text) => handle(new Request('https://hooks.example/lag', { method: 'POST', headers, body: text }));
    same([(await post(body)).ok, (await post(`${body} `)).status], [true, 401], 'answers');
    same(taken, ['grüße \u{1f680}'], 'what was handled');
  },

  'no listener or timer is left': async ({ ada, at, failure, value }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    const [set, clear] = [globalThis.setTimeout, globalThis.clearTimeout];
    const [listeners, timers] = [new Set(), new Set()];
    signal.addEventListener = (name, run, ...rest) => (listeners.add(run), add(name, run, ...rest));
    signal.removeEventListener = (name, run, ...rest) => (listeners.delete(run), remove(name, run, ...rest));
    globalThis.setTimeout = (run, ...rest) => {
      // Node's own fetch uses the global too.
      if (/node:internal/.test(new Error().stack.split('\n')[2])) return set(run, ...rest);
      const timer = set(() => (timers.delete(timer), run()), ...rest);
      timers.add(timer);
      return timer;
    };
    globalThis.clearTimeout = (timer) => (timers.delete(timer), clear(timer));
    try {
      await value(lag.getIdentity(ada, { signal }));
      await failure('server', lag.getHealth(at('status/500', { maxRetries: 1 }), { signal }));
      await failure('timeout', lag.getHealth(at('stall'), { signal, timeoutMs: 50 }));
      await failure('connection', lag.getHealth(at('cut'), { signal }));
      same([listeners.size, timers.size], [0, 0], 'listeners and timers');
    } finally {
      [globalThis.setTimeout, globalThis.clearTimeout] = [set, clear];
    }
  },

  'the token never shows': async ({ at, tokens, errors, contexts, failure }) => {
    await failure('api', lag.getHealth(at('leak')));
    check(errors.length > 40, `there are errors to look at, not ${errors.length}`);
    for (const thing of [...errors, ...contexts]) {
      // Printed, so that the runtime's own inspection is looked at from outside.
      console.error(thing);
      const text = [String(thing), JSON.stringify(thing), ...strings(thing)].join('\n');
      for (const token of Object.values(tokens))
        check(!text.includes(token), `${thing.kind ?? 'a context'} shows the token`);
    }
  },
};

/** Every string that can be reached from a value, keys and hidden properties included. */
const strings = (value, seen = new Set()) => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [String(value)];
  if (value === null || typeof value !== 'object' || seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => [String(key), ...strings(value[key], seen)]);
};
