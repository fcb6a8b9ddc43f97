// @vitest-environment jsdom
import * as undici from 'undici';
import nodeFetch from 'node-fetch';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { undiciTransport } from '../../src/node/index.js';
import type { FetchLike } from '../../src/index.js';
import { describeEnvironment } from './environments.js';

describeEnvironment('jsdom', () => ({}));
describeEnvironment('jsdom over ofetch', () => ({ transport: ofetchTransport() }));
// Their types are those of their own library; what they do is tested here.
describeEnvironment("jsdom over undici's fetch", () => ({ fetch: undici.fetch as unknown as FetchLike }));
describeEnvironment('jsdom over node-fetch', () => ({ fetch: nodeFetch as unknown as FetchLike }));
describeEnvironment('jsdom over undiciTransport', () => ({ transport: undiciTransport() }));
