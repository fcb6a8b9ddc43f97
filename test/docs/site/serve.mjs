import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const dist = `${root}docs/.vitepress/dist`;

// The site's packages are its own.
const fromDocs = createRequire(`${root}docs/package.json`);

/** A file of a package of docs/. */
export const packageFile = (name) => fromDocs.resolve(name);

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Serves the built site as a host with clean URLs would. */
export const serveSite = () =>
  new Promise((resolve) => {
    const server = createServer(({ url }, response) => {
      const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
      const file = [path, `${path}.html`, `${path}index.html`]
        .map((name) => dist + name)
        .find((name) => existsSync(name) && statSync(name).isFile());
      response.writeHead(file ? 200 : 404, { 'content-type': TYPES[extname(file ?? '')] ?? 'text/plain' });
      if (file) createReadStream(file).pipe(response);
      else response.end();
    }).listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }),
    );
  });

const browsers = [
  process.env.CHROMIUM_PATH ?? '',
  ...['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`),
];

/** A browser that asks nobody for anything but the pages. */
export const launch = (args = []) =>
  fromDocs('playwright-core').chromium.launch({
    executablePath: browsers.find((file) => existsSync(file)),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
