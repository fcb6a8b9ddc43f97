// `npm test`, after `npm run build` of lagclient itself: builds the app, and uses it in Chromium against the sandbox.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveSandbox } from 'lagclient/sandbox/node';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((path) => path && existsSync(path));
assert(executablePath, 'there is no Chromium: say where it is with CHROMIUM=/path/to/it');

const root = join(import.meta.dirname, '..');
const outDir = mkdtempSync(join(tmpdir(), 'lagclient-react-'));
const { url, sandbox, close } = (await serveSandbox())._unsafeUnwrap();
process.env.VITE_LAG_URL = url;
// The libraries' `use client` is warned of, and means nothing here.
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({ root, build: { outDir }, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' });
const browser = await chromium.launch({ executablePath });

/** A page of the app on which ada, or whoever has this token, is logged in. */
const logIn = async (token = sandbox.tokens.ada) => {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.stack));
  await page.goto(server.resolvedUrls.local[0]);
  await page.getByLabel('Token').fill(token);
  await page.getByText('Log in').click();
  return { page, problems };
};

const toasts = (page) => page.locator('output p').allTextContents();
const items = (page) => page.locator('ol li');
/** How often the sandbox has a message. */
const stored = (text) => sandbox.state.messages.filter(({ content }) => content === text).length;
const say = async (page, text) => {
  await page.getByLabel('Message').fill(text);
  await page.getByText('Send').click();
};

const cases = {
  'shows the first server by TanStack Query, and the friends by SWR': async () => {
    const { page, problems } = await logIn();
    await page.getByText('Harbour: General').waitFor();
    await page.getByText('Friends: ben').waitFor();
    await items(page).first().waitFor();
    assert.equal(await items(page).count(), 100);
    return problems;
  },

  'loads older messages until there are none': async () => {
    const { page, problems } = await logIn();
    await items(page).first().waitFor();
    for (const count of [200, 300]) {
      await page.getByText('Older').click();
      await page.waitForFunction((wanted) => document.querySelectorAll('ol li').length === wanted, count);
    }
    await page.getByText('Older').waitFor({ state: 'detached' });
    return problems;
  },

  'shows a message before Lag has it': async () => {
    const { page, problems } = await logIn();
    await items(page).first().waitFor();
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route('**/messages', async (route) => {
      if (route.request().method() === 'POST') await held;
      await route.continue();
    });
    await say(page, 'at once');
    await page.locator('li.pending', { hasText: 'at once' }).waitFor();
    assert.equal(stored('at once'), 0);
    release();
    await page.locator('li.sent', { hasText: 'ada: at once' }).waitFor();
    assert.equal(await page.locator('li.pending').count(), 0);
    assert.equal(stored('at once'), 1);
    return problems;
  },

  'takes a message back that Lag refuses, and says why': async () => {
    const { page, problems } = await logIn();
    await items(page).first().waitFor();
    sandbox.faults.next({ match: { method: 'POST' }, status: 403 });
    await say(page, 'refused');
    await page.getByText('You lack the permission').waitFor();
    assert.equal(await page.locator('li', { hasText: 'refused' }).count(), 0);
    // Stored, but a proxy in between answers 502: nothing is sent twice.
    sandbox.faults.next({ match: { method: 'POST' }, status: 502, applied: true });
    await say(page, 'perhaps');
    await page.getByText('Lag did not confirm it').waitFor();
    assert.equal(stored('perhaps'), 1);
    return problems;
  },

  'asks for another token when one does not work': async () => {
    const { page, problems } = await logIn('lag_pat_of_nobody');
    await page.getByText('This token does not work').first().waitFor();
    assert.deepEqual(await page.getByRole('alert').allTextContents(), ['auth', 'auth']);
    assert.equal((await toasts(page)).length, 1);
    return problems;
  },

  'uploads an image with a progress bar': async () => {
    const { page, problems } = await logIn();
    await items(page).first().waitFor();
    const buffer = Buffer.alloc(1024 * 1024);
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(buffer);
    await page.locator('input[type=file]').setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer });
    await page.locator('li', { hasText: 'cat.png (image)' }).waitFor();
    const { value, max } = await page.locator('progress').evaluate((bar) => ({ value: bar.value, max: bar.max }));
    assert(value === max && max > buffer.length, `${value} of ${max}`);
    return problems;
  },
};

try {
  for (const [name, run] of Object.entries(cases)) {
    assert.deepEqual(await run(), [], name);
    console.log(`ok   ${name}`);
  }
} finally {
  await browser.close();
  await server.close();
  await close();
  rmSync(outDir, { recursive: true, force: true });
}
