// A plain HTTP server for the benchmarks, run in a process of its own; says its port when it listens.
import { createServer } from 'node:http';

const user = {
  id: 'usr_01HZX3Q8R9T2',
  username: 'ada_lovelace',
  displayName: 'Ada Lovelace',
  avatarUrl: 'https://cdn.example.com/avatars/usr_01HZX3Q8R9T2/8f14e45fceea167a5a36dedd4bea2543.png',
  status: 'online',
  steamId: '76561198000000000',
  createdAt: '2024-05-01T12:00:00.000Z',
  flags: {
    hasAccess: true,
    suspended: false,
    suspendedAt: null,
    suspendedReason: null,
    features: { events: true, robots: true },
  },
};

const PROSE = 'The Analytical Engine weaves algebraic patterns just as the loom weaves flowers and leaves. '.repeat(3);

const message = (n) => ({
  id: `msg_01HZX3Q8R9T2${n}`,
  roomId: 'room_01HZX3Q8R9T2',
  userId: 'usr_01HZX3Q8R9T2',
  username: 'ada_lovelace',
  displayName: 'Ada Lovelace',
  avatarUrl: user.avatarUrl,
  content: PROSE.slice(0, 10 + ((n * 37) % 210)),
  createdAt: '2024-05-01T12:00:00.000Z',
  editedAt: null,
  robotId: null,
  robotName: null,
  robotAvatarUrl: null,
  isBot: false,
  replyTo:
    n % 5
      ? null
      : {
          id: `msg_01HZX3Q8R9T2${n}`,
          userId: 'usr_2',
          username: 'charles',
          displayName: null,
          content: 'Is it finished?',
        },
  mentions: n % 4 ? [] : [{ type: 'user', id: 'usr_2', name: 'charles' }],
  image:
    n % 20
      ? null
      : {
          id: 'img_1',
          url: 'https://cdn.example.com/images/img_1.webp',
          width: 1280,
          height: 720,
          blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
          contentType: 'image/webp',
          variants: {
            small: { url: 'https://cdn.example.com/images/img_1-s.webp', width: 320, height: 180, size: 9000 },
          },
        },
});

const json = (value) => Buffer.from(JSON.stringify(value));
const messages = Array.from({ length: 100 }, (_, n) => message(n));
const small = json(user);
const sent = json(message(1));
const page = json({ messages, hasMore: true, nextCursor: messages[0].createdAt });

const server = createServer((request, response) => {
  const [status, body] =
    request.method === 'POST' ? [201, sent] : request.url.startsWith('/users/') ? [200, small] : [200, page];
  request.resume().on('end', () => {
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
      'x-request-id': 'req_01HZX3Q8R9T2',
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port, bytes: { small: small.length, send: sent.length, page: page.length } }),
);
