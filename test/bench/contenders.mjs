// The clients that a user would pick, each doing the same three jobs, with a timeout of 30 s where the name does not say
// otherwise. Each job resolves with the parsed body.
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import { ofetch } from 'ofetch';
import createClient from 'openapi-fetch';
import { Agent, request } from 'undici';
import { createContext, getMe, listRoomMessages, sendRoomMessage } from 'lagclient';
import { undiciTransport } from 'lagclient/node';
import { ofetchTransport } from 'lagclient/ofetch';

const TOKEN = 'lag_pat_benchmark';
const BODY = { content: 'The engine weaves algebraic patterns.' };
const TIMEOUT_MS = 30_000;
const PATHS = {
  small: '/users/me',
  send: '/servers/s1/rooms/r1/messages',
  page: '/servers/s1/rooms/r1/messages?limit=100',
};

export const JOBS = Object.keys(PATHS);

const headers = { accept: 'application/json', authorization: `Bearer ${TOKEN}`, 'user-agent': 'benchmark' };
const jsonHeaders = { ...headers, 'content-type': 'application/json' };
const initOf = (job) =>
  job === 'send' ? { method: 'POST', headers: jsonHeaders, body: JSON.stringify(BODY) } : { headers };

const each = (makeCall) => Object.fromEntries(JOBS.map((job) => [job, makeCall(job)]));

const withAbortTimer = async (run) => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
};

const lagclientOver = (ctx) => {
  const value = async (result) => (await result)._unsafeUnwrap();
  return {
    small: () => value(getMe(ctx)),
    send: () => value(sendRoomMessage(ctx, 's1', 'r1', BODY)),
    page: () => value(listRoomMessages(ctx, 's1', 'r1', { limit: 100 })),
  };
};

/** `{ [name]: { [job]: () => Promise<unknown> } }`; the first one is the reference. */
export const contendersAt = (baseUrl) => {
  const kyInstance = ky.create({ retry: 0, timeout: TIMEOUT_MS, headers });
  const axiosInstance = axios.create({ timeout: TIMEOUT_MS, headers });
  const gotInstance = got.extend({ retry: { limit: 0 }, timeout: { request: TIMEOUT_MS }, headers });
  // Named, because Node's own fetch leaves its older one where undici looks for a default.
  const dispatcher = new Agent();
  const openapi = createClient({ baseUrl, headers });
  const openapiRoom = { params: { path: { serverId: 's1', roomId: 'r1' } } };
  const roomPath = '/servers/{serverId}/rooms/{roomId}/messages';
  const dataOf = async (call) => (await call).data;
  return {
    fetch: each((job) => async () => {
      const response = await fetch(baseUrl + PATHS[job], initOf(job));
      return JSON.parse(await response.text());
    }),
    'fetch, abort timer': each(
      (job) => () =>
        withAbortTimer(async (signal) => {
          const response = await fetch(baseUrl + PATHS[job], { ...initOf(job), signal });
          return JSON.parse(await response.text());
        }),
    ),
    ofetch: each((job) => () => ofetch(baseUrl + PATHS[job], { ...initOf(job), retry: false, timeout: TIMEOUT_MS })),
    ky: each(
      (job) => () => kyInstance(baseUrl + PATHS[job], job === 'send' ? { method: 'post', json: BODY } : {}).json(),
    ),
    'openapi-fetch, no timeout': {
      small: () => dataOf(openapi.GET('/users/me')),
      send: () => dataOf(openapi.POST(roomPath, { ...openapiRoom, body: BODY })),
      page: () => dataOf(openapi.GET(roomPath, { params: { ...openapiRoom.params, query: { limit: 100 } } })),
    },
    'lagclient, default': lagclientOver(createContext(TOKEN, { baseUrl })),
    'lagclient, ofetchTransport': lagclientOver(createContext(TOKEN, { baseUrl, transport: ofetchTransport() })),
    axios: each(
      (job) => () =>
        dataOf(
          job === 'send' ? axiosInstance.post(baseUrl + PATHS[job], BODY) : axiosInstance.get(baseUrl + PATHS[job]),
        ),
    ),
    got: each(
      (job) => () =>
        job === 'send'
          ? gotInstance.post(baseUrl + PATHS[job], { json: BODY }).json()
          : gotInstance(baseUrl + PATHS[job]).json(),
    ),
    'undici.request, no timeout': each((job) => async () => {
      const { body } = await request(baseUrl + PATHS[job], { ...initOf(job), dispatcher });
      return JSON.parse(await body.text());
    }),
    'lagclient, undiciTransport': lagclientOver(createContext(TOKEN, { baseUrl, transport: undiciTransport() })),
  };
};
