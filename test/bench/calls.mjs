// What a call costs over each transport, beside the bare libraries. Rounds are interleaved, each against raw fetch of
// the same round, so that what else the machine does falls on all alike.
import assert from 'node:assert/strict';
import { ofetch } from 'ofetch';
import { request } from 'undici';
import { createContext, getMe, listRoomMessages, sendRoomMessage } from 'lagclient';
import { undiciTransport } from 'lagclient/node';
import { ofetchTransport } from 'lagclient/ofetch';
import { latencies, load, median, startServer } from './measure.mjs';

const TOKEN = 'lag_pat_benchmark';
const BODY = { content: 'The engine weaves algebraic patterns.' };
const PATHS = {
  small: '/users/me',
  send: '/servers/s1/rooms/r1/messages',
  page: '/servers/s1/rooms/r1/messages?limit=100',
};

const headers = { accept: 'application/json', authorization: `Bearer ${TOKEN}`, 'user-agent': 'benchmark' };
const initOf = (name) =>
  name === 'send'
    ? { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(BODY) }
    : { headers };

const each = (makeCall) => Object.fromEntries(Object.keys(PATHS).map((name) => [name, makeCall(name)]));

const sdk = (ctx) => {
  const value = async (result) => (await result)._unsafeUnwrap();
  return {
    small: () => value(getMe(ctx)),
    send: () => value(sendRoomMessage(ctx, 's1', 'r1', BODY)),
    page: () => value(listRoomMessages(ctx, 's1', 'r1', { limit: 100 })),
  };
};

const contendersAt = (baseUrl) => ({
  'raw `fetch`': each((name) => async () => {
    const response = await fetch(baseUrl + PATHS[name], initOf(name));
    return JSON.parse(await response.text());
  }),
  'raw `fetch`, abort timer': each((name) => async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 30_000);
    try {
      const response = await fetch(baseUrl + PATHS[name], { ...initOf(name), signal: controller.signal });
      return JSON.parse(await response.text());
    } finally {
      clearTimeout(timer);
    }
  }),
  ofetch: each((name) => () => ofetch(baseUrl + PATHS[name], { ...initOf(name), retry: false })),
  'lagclient, `ofetchTransport`': sdk(createContext(TOKEN, { baseUrl, transport: ofetchTransport() })),
  'lagclient, default': sdk(createContext(TOKEN, { baseUrl })),
  'raw `undici.request`': each((name) => async () => {
    const { body } = await request(baseUrl + PATHS[name], initOf(name));
    return JSON.parse(await body.text());
  }),
  'lagclient, `undiciTransport`': sdk(createContext(TOKEN, { baseUrl, transport: undiciTransport() })),
});

/** `{ small: { bytes, rows: { [contender]: { p50Ms, perSecond, cpuMicros, and each one's ratio } } }, … }` */
export const benchCalls = async ({ rounds, sequential = 60, concurrent = 320, width = 32, only }) => {
  const server = await startServer();
  try {
    const contenders = Object.entries(contendersAt(server.origin));
    const report = {};
    for (const name of Object.keys(PATHS).filter((key) => !only || key === only)) {
      const expected = await contenders[0][1][name]();
      for (const [, calls] of contenders) assert.deepEqual(await calls[name](), expected);
      report[name] = {
        bytes: server.bytes[name],
        rows: await race(contenders, name, { rounds, sequential, concurrent, width }),
      };
    }
    return report;
  } finally {
    server.stop();
  }
};

const WARM_UP = 10;

const race = async (contenders, name, { rounds, sequential, concurrent, width }) => {
  const samples = new Map(contenders.map(([who]) => [who, []]));
  for (let round = -WARM_UP; round < rounds; round++) {
    // Each starts after each other one in turn, because it may find the other's garbage.
    const shift = (round + WARM_UP) % contenders.length;
    for (const [who, calls] of [...contenders.slice(shift), ...contenders.slice(0, shift)]) {
      const p50Ms = median(await latencies(calls[name], sequential));
      const sample = { p50Ms, ...(await load(calls[name], concurrent, width)) };
      if (round >= 0) samples.get(who).push(sample);
    }
  }
  const reference = samples.get(contenders[0][0]);
  const summary = (own) =>
    Object.fromEntries(
      ['p50Ms', 'perSecond', 'cpuMicros'].map((key) => [
        key,
        {
          value: median(own.map((sample) => sample[key])),
          ratio: median(own.map((sample, round) => sample[key] / reference[round][key])),
        },
      ]),
    );
  return Object.fromEntries([...samples].map(([who, own]) => [who, summary(own)]));
};
