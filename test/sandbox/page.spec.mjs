// The page of a sandbox, in Chromium: `npm run docs:test`, which has the browser and axe. Needs a build.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { serveSandbox } from '../../dist/bundled/sandbox/node.js';
import { launch, packageFile } from '../docs/site/serve.mjs';

const AXE = readFileSync(packageFile('axe-core'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 } };
const DESK = { viewport: { width: 1440, height: 1000 } };

let browser;
let served;
beforeAll(async () => {
  browser = await launch();
  served = (await serveSandbox({ onWarning: () => {} }))._unsafeUnwrap();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

/** The page, which may ask nobody but the sandbox and must log no error. */
const open = async (options = DESK) => {
  served.sandbox.reset();
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(served.url)) problems.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(served.url);
  await page.getByText('Connected.').waitFor();
  return { page, context, problems };
};

const ask = (path, init) =>
  fetch(served.url + path, { headers: { authorization: `Bearer ${served.sandbox.tokens.ada}` }, ...init });

describe('the page of a sandbox', () => {
  test('injects a fault with its button, and shows the requests that meet it', async () => {
    const { page, context, problems } = await open();
    await page.getByLabel('Make the next request go wrong, of').selectOption('getMe');
    await page.getByRole('button', { name: /^503/ }).click();
    await page.getByText('The next request of getMe meets the fault 503.').waitFor();
    await page.getByText('"status":503').waitFor();
    assert.equal((await ask('/servers/me')).status, 200);
    assert.equal((await ask('/users/me')).status, 503);
    const row = page.getByRole('row').filter({ hasText: 'GET /users/me' });
    await row.getByText('503 (fault)').waitFor();
    await row.getByText('getMe', { exact: true }).waitFor();
    await page.getByRole('row').filter({ hasText: 'listServers' }).getByText('200').waitFor();
    // It was taken.
    await page.getByText('"status":503').waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('shows messages as they arrive, and sends some', async () => {
    const { page, context, problems } = await open();
    const { ids, state } = served.sandbox;
    const path = `/servers/${ids.server}/rooms/${ids.rooms.general}/messages`;
    const headers = { authorization: `Bearer ${served.sandbox.tokens.ben}`, 'content-type': 'application/json' };
    // What anybody writes is text on the page.
    const content = 'hello <img src=x onerror=alert(1)>';
    await ask(path, { method: 'POST', headers, body: JSON.stringify({ content }) });
    await page.getByLabel('Newest messages').getByText(content).waitFor();
    await page.getByLabel('Message', { exact: true }).fill('from the page');
    await page.keyboard.press('Enter');
    await page.getByLabel('Newest messages').getByText('from the page').waitFor();
    assert.equal(state.messages.at(-1).content, 'from the page');
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('copies tokens, adds robots, moves the clock and resets, by keyboard alone', async () => {
    const { page, context, problems } = await open();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const press = async (name) => {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
    };
    await press('Copy the token of ben');
    await page.getByText('Copied the token of ben.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), served.sandbox.tokens.ben);
    await press('Copy the variables');
    await page.getByText('Copied the variables.').waitFor();
    const variables = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(variables, new RegExp(`^export LAG_BASE_URL=${served.url}\nexport LAG_TOKEN=lag_pat_sandbox`));

    await press('Add a robot');
    await page.getByText(/Added Robot 2\. Its key is lag_robot_sandbox/).waitFor();
    assert.equal(served.sandbox.state.robots.length, 2);
    const before = served.sandbox.clock.now();
    await press('+1 h');
    while (served.sandbox.clock.now() < before + 3_600_000) await page.waitForTimeout(20);
    await press('Reset everything');
    await page.getByText('Everything is as it was at the start.').waitFor();
    assert.equal(served.sandbox.state.robots.length, 1);
    assert.deepEqual(problems, []);
    await context.close();
  });

  for (const [where, size] of Object.entries({ 'a phone': PHONE, 'a desk': DESK }))
    for (const colorScheme of ['light', 'dark'])
      test(`has no serious finding of axe and no overflow on ${where}, ${colorScheme}`, async () => {
        const { page, context } = await open({ ...size, colorScheme });
        await page.getByRole('button', { name: /^429/ }).click();
        await page.getByText('"status":429').waitFor();
        await ask('/nothing');
        await ask('/users/me');
        await page.getByRole('row').filter({ hasText: 'GET /users/me' }).waitFor();
        // Evaluated, because the page allows no inline script.
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        const { scrollWidth, clientWidth } = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return { scrollWidth, clientWidth };
        });
        assert.equal(clientWidth, size.viewport.width);
        assert.equal(scrollWidth, clientWidth);
        await context.close();
      });
});

describe('a page of another site', () => {
  /** Asks for everything in every way that a page can, and returns what it learned. */
  const attack = async (url) => {
    const learned = [];
    const paths = ['/', '/users/me', '/_sandbox', '/_sandbox/state', '/_sandbox/reset', '/_sandbox/robots'];
    for (const path of paths)
      for (const mode of ['cors', 'no-cors'])
        for (const method of ['GET', 'POST'])
          try {
            const response = await fetch(url + path, { mode, method, ...(method === 'POST' && { body: '{}' }) });
            if (response.type !== 'opaque') learned.push([path, mode, method, response.status]);
          } catch {
            // The browser or the sandbox refused.
          }
    return learned;
  };

  test('gets nothing and changes nothing', async () => {
    served.sandbox.reset();
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>evil</p>'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    // Names that this browser takes for this machine, as a rebinding attacker would make them.
    const evil = await launch([`--host-resolver-rules=MAP evil.example 127.0.0.1`]);
    try {
      const page = await evil.newPage();
      await page.goto(`http://evil.example:${port}/`);
      assert.deepEqual(await page.evaluate(attack, served.url), []);
      // The same page asks under its own name, so that the browser takes the sandbox for its own server.
      const rebound = await evil.newPage();
      await rebound.goto(`http://evil.example:${served.port}/`);
      assert.match(await rebound.textContent('body'), /The host evil\.example:\d+ is not allowed/);
      const statuses = await rebound.evaluate(attack, '');
      assert.ok(statuses.length > 0);
      assert.deepEqual([...new Set(statuses.map(([, , , status]) => status))], [403]);
      assert.equal(served.sandbox.state.robots.length, 1);
      assert.deepEqual(served.sandbox.requests, []);
    } finally {
      await evil.close();
      server.close();
    }
  });
});
