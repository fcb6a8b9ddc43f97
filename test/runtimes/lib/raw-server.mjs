import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const health = { status: 'ok', version: '1.0.0', timestamp: '2026-01-01T00:00:00.000Z' };
const image = {
  id: 'i1',
  uploaderId: 'u1',
  url: 'https://images.test/i1.png',
  originalUrl: null,
  contentType: 'image/png',
  size: 1,
  width: null,
  height: null,
  purpose: 'chat',
  processingStatus: 'ready',
  variants: null,
  blurhash: null,
  alt: null,
  createdAt: health.timestamp,
};
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, x-conformance, last-event-id',
  'access-control-expose-headers': 'x-request-id, retry-after',
};

/**
 * A server for what a well-behaved one cannot do: the first segment of a path says what happens, the rest is the call's.
 * `/control/…` is for the cases themselves: what was seen, what is still open, and the faults of the sandbox.
 */
export const serveRaw = async ({ sandbox, sandboxUrl }) => {
  const seen = [];
  const attempts = new Map();
  let open = 0;

  const event = (content) =>
    JSON.stringify({
      type: 'room.message',
      serverId: 's1',
      timestamp: health.timestamp,
      data: { roomId: 'r1', content, senderName: 'ada' },
    });
  const json = (res, value, status = 200, headers = {}) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  const envelope = (res, status, headers = {}) =>
    json(res, { error: `E${status}`, message: `made up ${status}`, statusCode: status }, status, {
      'x-request-id': 'req-raw',
      ...headers,
    });

  const behaviours = {
    fine: (_, res) => json(res, health),
    stall: (_, res) =>
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{"status":'),
    silent: () => {},
    trickle: (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => res.write(' '), 20);
      res.on('close', () => clearInterval(timer));
    },
    reset: (req) => req.socket.destroy(),
    cut: (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      res.write('{"status":', () => res.destroy());
    },
    html: (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>hello</body></html>'),
    truncated: (_, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok","ver'),
    null: (_, res) => json(res, null),
    empty: (_, res) => res.writeHead(200).end(),
    untyped: (_, res) => res.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(health)),
    unknown: (_, res) => json(res, { ...health, version: '2 \u{1f680} Zürich', more: { later: true } }),
    gzip: (_, res) => {
      const bytes = gzipSync(JSON.stringify({ ...health, version: '\u{1f680}'.repeat(2000) }));
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      res.write(bytes.subarray(0, 20), () => setTimeout(() => res.end(bytes.subarray(20)), 20));
    },
    status: (_, res, [status]) => envelope(res, +status),
    busy: (_, res, [seconds]) => envelope(res, 429, { 'retry-after': seconds }),
    // Fails as often as asked, then heals; one count per name.
    flaky: (_, res, [status, times, name]) => {
      const count = (attempts.get(name) ?? 0) + 1;
      attempts.set(name, count);
      return count <= +times ? envelope(res, +status, { 'retry-after': '0' }) : json(res, health);
    },
    redirect: (_, res, [status]) => res.writeHead(+status, { location: '/fine/health' }).end(),
    away: (_, res, [status]) => res.writeHead(+status, { location: `${sandboxUrl}/health` }).end(),
    // Says back all that it was told, as a careless server would.
    leak: (req, res) => {
      const said = req.headers.authorization;
      return json(res, { error: said, message: `who is ${said}?`, statusCode: 400, said: [said] }, 400, {
        'x-request-id': said,
      });
    },
    events: (_, res) => {
      open++;
      res.on('close', () => open--);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`retry: 5\n\nid: e1\nevent: room.message\ndata: ${event('hi')}\n\n`);
    },
  };

  /** Takes an upload at so many bytes a second. */
  const readSlowly = async (req, res, bytesPerSecond) => {
    for await (const chunk of req) await sleep((1000 * chunk.length) / bytesPerSecond);
    return json(res, image, 201);
  };

  const controls = {
    seen: (_, res) => json(res, seen),
    open: (_, res) => json(res, { open }),
    fault: (body, res) => {
      sandbox.faults.next(JSON.parse(body));
      return json(res, {});
    },
    // Signed here, with Node's own crypto, so that the package is not its own judge.
    webhook: (_, res) => {
      const key = randomBytes(24);
      const body = event('grüße \u{1f680}');
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.${body}`).digest('base64');
      return json(res, {
        secret: `whsec_${key.toString('base64')}`,
        body,
        headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
      });
    },
  };

  const answer = async (req, res) => {
    for (const [name, value] of Object.entries(cors)) res.setHeader(name, value);
    if (req.method === 'OPTIONS') return res.writeHead(204).end();
    const [, behaviour, ...rest] = req.url.split('/');
    if (behaviour === 'slow') return readSlowly(req, res, Number(rest[0]));
    const body = await text(req);
    if (behaviour === 'control') return controls[rest[0]](body, res);
    seen.push({ method: req.method, path: req.url, headers: req.headers, body });
    return behaviours[behaviour](req, res, rest);
  };
  const server = createServer((req, res) => {
    // A client that left, or a path that says nothing known.
    answer(req, res).catch(() => res.destroy());
  });
  // Resets and cuts are what it is for.
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};
