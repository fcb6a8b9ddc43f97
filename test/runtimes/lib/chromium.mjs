import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where the machine has a Chromium: `CHROMIUM`, or one of the usual places. */
export const findChromium = () => [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path));

let launched;

/** One browser for all who ask. */
export const browser = () => (launched ??= chromium.launch({ executablePath: findChromium() }));

export const closeBrowser = async () => (await launched)?.close();

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css' };

/**
 * Serves a folder on an origin of its own, opens its `index.html` and gives the page to `use`; answers what that does
 * and all that the page printed.
 */
export const withPage = async (folder, use) => {
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url, 'http://page');
    if (pathname === '/favicon.ico') return void res.writeHead(204).end();
    const file = join(folder, pathname === '/' ? 'index.html' : pathname);
    readFile(file).then(
      (body) => res.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(body),
      () => res.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await (await browser()).newPage();
  const printed = [];
  page.on('console', (message) => printed.push(message.text()));
  page.on('pageerror', (error) => printed.push(`uncaught: ${error.stack}`));
  try {
    const value = await use(page, `http://localhost:${server.address().port}/`);
    return { value, printed: printed.join('\n') };
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
};
