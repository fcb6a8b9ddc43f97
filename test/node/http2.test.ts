import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { certificate, pfx } from './certificate.js';
import { runScript } from './script.js';

test.each([
  [undefined, '1.1'],
  [false, '1.1'],
  [true, '2.0'],
])('over TLS with allowH2: %j calls and uploads go by HTTP/%s', async (allowH2, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'lagclient-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const image = randomBytes(3_000_001);
  writeFileSync(join(folder, 'image.png'), image);
  writeFileSync(join(folder, 'ca.pem'), certificate);
  vi.stubEnv('NODE_EXTRA_CA_CERTS', join(folder, 'ca.pem'));
  onTestFinished(() => void vi.unstubAllEnvs());

  const seen: [version: string, url: string][] = [];
  const hashes: string[] = [];
  const answer = async (request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> => {
    seen.push([request.httpVersion, request.url]);
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/version') return void response.end('{"version":"1"}');
    const type = request.headers['content-type']!;
    const file = (await new Response(body, { headers: { 'content-type': type } }).formData()).get('file') as File;
    hashes.push(
      createHash('sha256')
        .update(new Uint8Array(await file.arrayBuffer()))
        .digest('hex'),
    );
    response.writeHead(413).end();
  };
  const server = createSecureServer({ pfx, allowHTTP1: true }, (request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const source = `
    import { createContext } from '../../src/context.js';
    import { undiciTransport, uploadImageFile } from '../../src/node/index.js';
    import { getVersion } from '../../src/operations/system.js';
    const ctx = createContext('lag_pat_x', { baseUrl: process.argv[2]!, transport: undiciTransport({ allowH2: ${allowH2} }) });
    console.log((await getVersion(ctx))._unsafeUnwrap().version);
    console.log((await uploadImageFile(ctx, process.argv[3]!, { purpose: 'chat' }))._unsafeUnwrapErr().status);
  `;
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { lines, lingeredMs } = await runScript(source, [url, join(folder, 'image.png')]);
  expect(lines).toEqual(['1', '413']);
  expect(seen).toEqual([
    [expected, '/version'],
    [expected, '/images'],
  ]);
  expect(hashes).toEqual([createHash('sha256').update(image).digest('hex')]);
  expect(lingeredMs).toBeLessThan(1500);
});
