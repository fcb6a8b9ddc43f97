import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asker, serveForTest } from '../support.js';

const source = (file: string) => readFileSync(`src/sandbox/server/page/${file}`, 'utf8');

const asTemplate = (text: string) => `\`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\``;

test('src/sandbox/server/page/page-files.ts holds the files of the page', async () => {
  // Meant to change? `npx vitest run test/sandbox/server/page.test.ts -u`.
  const files = `// Made of index.html, page.css and page.js beside it by test/sandbox/server/page.test.ts, so that they are in
// every bundle of the sandbox's server. Change those, not this.

export const PAGE_FILES = {
  html: ${asTemplate(source('index.html'))},
  css: ${asTemplate(source('page.css'))},
  js: ${asTemplate(source('page.js'))},
};
`;
  await expect(files).toMatchFileSnapshot('../../../src/sandbox/server/page/page-files.ts');
});

describe('the page', () => {
  test('is served from the package, with headers that let it load nothing else', async () => {
    const { url } = await serveForTest();
    const files = [
      ['/', 'index.html', 'text/html'],
      ['/_sandbox/page.css', 'page.css', 'text/css'],
      ['/_sandbox/page.js', 'page.js', 'text/javascript'],
    ];
    for (const [path, file, type] of files) {
      const { status, text, headers } = await asker(url)(path!);
      expect([status, text]).toEqual([200, source(file!)]);
      expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; .*connect-src 'self'.*frame-ancestors 'none'$/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('names no other origin', () => {
    for (const file of ['index.html', 'page.css', 'page.js'])
      for (const [address] of source(file).matchAll(/https?:\/\/[^"'`\s)]*/g))
        expect(address).toMatch(/^http:\/\/127\.0\.0\.1/);
  });

  test('answers HEAD, so that wait-on sees that the sandbox is up', async () => {
    const { url } = await serveForTest();
    expect(await asker(url)('/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect((await asker(url)('/?from=bookmark')).status).toBe(200);
    expect((await asker(url)('/', { method: 'POST' })).status).toBe(404);
  });

  test('is not in the log, and meets no fault', async () => {
    const { url, sandbox } = await serveForTest();
    sandbox.faults.next({ status: 500, times: 'always' });
    expect((await asker(url)('/')).status).toBe(200);
    expect(sandbox.requests).toEqual([]);
  });
});
