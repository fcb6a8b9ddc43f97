// @vitest-environment happy-dom
import * as undici from 'undici';
import nodeFetch from 'node-fetch';
import { ofetchTransport } from '../../src/transports/ofetch.js';
import { undiciTransport } from '../../src/node/index.js';
import type { FetchLike } from '../../src/index.js';
import { describeEnvironment } from './environments.js';

describeEnvironment('happy-dom', () => ({}));
describeEnvironment('happy-dom over ofetch', () => ({ transport: ofetchTransport() }));
// Their types are those of their own library; what they do is tested here.
describeEnvironment("happy-dom over undici's fetch", () => ({ fetch: undici.fetch as unknown as FetchLike }));
describeEnvironment('happy-dom over node-fetch', () => ({ fetch: nodeFetch as unknown as FetchLike }));
describeEnvironment('happy-dom over undiciTransport', () => ({ transport: undiciTransport() }));
