// The built site: `npm run docs:test`.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { OPERATIONS } from '../../operations.table.ts';
import { estimate } from '../../../docs/scripts/estimate.mjs';
import { brotliOf } from '../../../docs/scripts/sizes.mjs';
import { dist, launch, packageFile, root, serveSite } from './serve.mjs';

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
const pages = files.filter((file) => file.endsWith('.html') && file !== '404.html');
const addressOf = (page) => `/${page.replace(/(^|\/)index\.html$|\.html$/, '$1')}`;
const html = new Map(pages.map((page) => [addressOf(page), readFileSync(`${dist}/${page}`, 'utf8')]));
const exported = JSON.parse(readFileSync(`${root}test/exports.json`, 'utf8'));

let site;
let browser;
beforeAll(async () => {
  site = await serveSite();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** Opens a page that may ask nobody but the site, and must log no error. */
const open = async (path, options = {}) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(site.url)) problems.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(site.url + path, { waitUntil: 'networkidle' });
  return { page, problems, close: () => context.close() };
};

/** What the main entry re-exports. */
const NEVERTHROW = new Set(['Result', 'ResultAsync', 'err', 'errAsync', 'ok', 'okAsync', 'safeTry']);

describe('every page', () => {
  test('has its links where they say, anchors included', () => {
    const ids = new Map(
      [...html].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    );
    const broken = [];
    for (const [path, text] of html)
      for (const [, href] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
        if (/^https?:/.test(href)) continue;
        const { pathname, hash } = new URL(href, `http://site${path}`);
        const target = pathname.replace(/\.html$/, '');
        const isFile = existsSync(dist + pathname) && /\.\w+$/.test(pathname);
        if (!isFile && !html.has(target)) broken.push(`${path} → ${href}`);
        else if (hash && target !== '/playground' && !ids.get(target)?.has(decodeURIComponent(hash.slice(1))))
          broken.push(`${path} → ${href}`);
      }
    assert.deepEqual(broken, []);
  });

  test('is reached from the sidebar or the menu', () => {
    const linked = new Set(
      [...html.values()].flatMap((text) => [...text.matchAll(/href="(\/[^"#]*)"/g)].map(([, href]) => href)),
    );
    assert.deepEqual(
      [...html.keys()].filter((path) => !linked.has(path)),
      [],
    );
  });

  test('loads at most 120 kB of compressed script at first', async () => {
    const sizes = {};
    for (const path of [...html.keys()].filter((one) => one === '/' || one.startsWith('/guide/'))) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const scripts = [];
      // What VitePress fetches ahead for other pages is not this page's.
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.endsWith('.js') && !(request.headers()['sec-purpose'] ?? request.headers().purpose))
          scripts.push(pathname);
      });
      await page.goto(site.url + path, { waitUntil: 'networkidle' });
      sizes[path] = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(dist + file)).length, 0);
      await context.close();
    }
    const [largest] = Object.entries(sizes).toSorted(([, a], [, b]) => b - a);
    console.log(`most script at first: ${largest[0]}, ${largest[1]} bytes (gzip)`);
    assert.ok(largest[1] > 20_000, 'scripts were counted');
    assert.ok(largest[1] <= 120_000, `${largest[0]} loads ${largest[1]} bytes`);
  });
});

describe('the reference', () => {
  test('has every public value, with an example, and every type', () => {
    const missing = [];
    for (const [specifier, names] of Object.entries(exported)) {
      const page = specifier === 'lagclient' ? specifier : specifier.slice('lagclient/'.length).replaceAll('/', '-');
      const text = html.get(`/reference/${page}`) ?? '';
      for (const name of names) {
        // neverthrow documents its own names, and the schemas are listed by what they describe.
        if (NEVERTHROW.has(name) || (specifier === 'lagclient/schemas' && text.includes(name))) continue;
        const id = name.toLowerCase().replaceAll('_', '-');
        if (!text.includes(`<h3 id="${id}"`) && !text.includes(`#${id}"`)) missing.push(`${specifier} ${name}`);
      }
    }
    const types = readFileSync(`${root}src/index.ts`, 'utf8').matchAll(/\btype (\w+)|export type \{([^}]*)\}/g);
    for (const [, one, many] of types)
      for (const name of (one ?? many)
        .split(/,\s*/)
        .map((text) => text.trim())
        .filter(Boolean))
        if (!html.get('/reference/lagclient').includes(`<h3 id="${name.toLowerCase()}`)) missing.push(name);
    assert.deepEqual(missing, []);
  });

  test('tells of each operation what it must', () => {
    const sections = [...html]
      .filter(([path]) => path.startsWith('/reference/') && path !== '/reference/lagclient')
      .flatMap(([, text]) => text.split('<h3 ').slice(1));
    const sectionOf = (name) => sections.find((section) => section.startsWith(`id="${name.toLowerCase()}"`)) ?? '';
    const missing = [];
    for (const { name, method, path } of OPERATIONS)
      for (const part of [
        `${method} ${path}`,
        'Endpoint</strong>',
        'Robots</strong>',
        'Errors</strong>',
        'Bundle</strong>',
        'Parameters ',
        'Returns ',
        'language-ts ',
        'language-text ',
      ])
        if (!sectionOf(name).includes(part)) missing.push(`${name}: ${part}`);
    assert.deepEqual(missing, []);
    const section = sectionOf('sendRoomMessage');
    for (const part of [
      'POST /servers/:serverId/rooms/:roomId/messages',
      '/robots/@me/servers',
      'send_messages',
      'creates something each time',
      'invalid_input',
      'kB</',
      'Parameters',
      'Returns',
      'RoomMessage',
    ])
      assert.ok(section.includes(part.replace('kB</', ' kB')), part);
  });
});

describe('for machines', () => {
  test('there are llms.txt, the whole in one file, each page as Markdown, and the API description', () => {
    const list = readFileSync(`${dist}/llms.txt`, 'utf8');
    const all = readFileSync(`${dist}/llms-full.txt`, 'utf8');
    assert.match(list, /^# /);
    for (const path of html.keys()) {
      if (path.endsWith('/') || path === '/playground') continue;
      assert.ok(list.includes(`${path}.md`), `${path} in llms.txt`);
      assert.ok(existsSync(`${dist}${path}.md`), `${path}.md`);
    }
    for (const text of [
      '# Results in five minutes',
      'sendRoomMessage',
      '# Bundle size',
      '# Reliability',
      'points of failure × transports',
    ])
      assert.ok(all.includes(text), text);
    assert.equal(JSON.parse(readFileSync(`${dist}/openapi.json`, 'utf8')).openapi, '3.1.0');
  });

  test('nothing names the machine that it was built on', () => {
    const texts = files.filter((file) => /\.(html|js|md|txt|json|css)$/.test(file));
    assert.ok(texts.length > 100);
    for (const file of texts) assert.ok(!readFileSync(`${dist}/${file}`, 'utf8').includes(root.slice(0, -1)), file);
  });
});

describe('axe finds nothing serious', () => {
  const source = readFileSync(packageFile('axe-core/axe.min.js'), 'utf8');
  const main = [
    '/',
    '/guide/quick-start',
    '/guide/errors',
    '/guide/retries',
    '/guide/performance',
    '/guide/reliability',
    '/guide/from-node-sdk',
    '/reference/',
    '/reference/servers',
    '/contributing/architecture',
    '/playground',
  ];
  for (const colorScheme of ['light', 'dark'])
    for (const path of main)
      test(`${path}, ${colorScheme}`, async () => {
        const { page, problems, close } = await open(path, { colorScheme, reducedMotion: 'reduce' });
        if (path === '/playground') await page.waitForSelector('.cm-content');
        await page.evaluate(source);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        await close();
        const found = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(
            ({ id, nodes }) =>
              `${id}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`,
          );
        assert.deepEqual(found, []);
        assert.deepEqual(problems, []);
      });
});

describe('the playground', () => {
  const ready = (page) => page.waitForSelector('.playground[data-state=idle] .cm-content');
  const done = (page) => page.waitForSelector('.playground[data-state=idle]');
  const output = async (page) => (await page.locator('[role=log]').innerText()).trim();
  const calls = (page) => page.locator('.calls > li').allInnerTexts();
  const write = async (page, code) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('ControlOrMeta+a');
    // Pasted, so that the editor closes no bracket.
    await page.keyboard.insertText(code);
  };

  test('runs what is edited, shows the Result, and the retry after an injected 429', async () => {
    const { page, problems, close } = await open('/playground');
    await ready(page);
    await write(
      page,
      `import { createContext, getMe, type User } from 'lagclient';
const ctx = createContext(process.env.LAG_TOKEN ?? '');
const me = await getMe(ctx);
const name = (user: User): string => user.username;
console.log(me);
console.log('I am', me.map(name).unwrapOr('nobody'));`,
    );
    await page.getByRole('button', { name: /^Run/ }).click();
    await page.waitForFunction(() => document.querySelector('[role=log]').innerText.includes('I am ada'));
    assert.match(await output(page), /^Ok\(\{[\s\S]*username: 'ada'/);
    assert.match((await calls(page))[0], /GET \/users\/me[\s\S]*200[\s\S]*Ok 200/);

    await page.getByRole('button', { name: '429', exact: true }).click();
    await page.getByText('1 to come').waitFor();
    await page.getByRole('button', { name: /^Run/ }).click();
    await page.waitForFunction(() => document.querySelectorAll('.calls .attempt').length === 2);
    await done(page);
    const [call] = await calls(page);
    assert.match(call, /429 fault[\s\S]*waited 1\.\d s[\s\S]*200[\s\S]*Ok 200/);
    await page.getByText('0 to come').waitFor();
    assert.deepEqual(problems, []);
    await close();
  });

  test('shows an Err, a syntax error and an import that is not there', async () => {
    const { page, close } = await open('/playground');
    await ready(page);
    const cases = [
      [
        `import { createContext, getServer } from 'lagclient';\nconsole.log(await getServer(createContext(process.env.LAG_TOKEN ?? ''), 'nope'));`,
        /^Err\(LagError not_found: /,
      ],
      ['const = 1;', /^Error: .*\(1:7\)/],
      [`import { readFile } from 'node:fs';\nconsole.log(readFile);`, /'node:fs' is not there/],
      [`await fetch('https://elsewhere.example/');`, /no network/],
    ];
    for (const [code, expected] of cases) {
      await write(page, code);
      await page.getByRole('button', { name: /^Run/ }).click();
      await page.waitForFunction(
        () =>
          document.querySelector('.playground').dataset.state === 'idle' && document.querySelector('[role=log] pre'),
      );
      assert.match(await output(page), expected);
    }
    await close();
  });

  test('works by keyboard alone, and Stop ends what does not end', async () => {
    const { page, close } = await open('/playground');
    await ready(page);
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('for (;;);');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.waitForSelector('.playground[data-state=running]');
    // Out of the editor, which does not keep Tab to itself.
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => Boolean(document.activeElement.closest('.cm-editor'))), false);
    await page.getByRole('button', { name: 'Stop' }).focus();
    await page.keyboard.press('Enter');
    await ready(page);
    assert.match(await output(page), /stopped/);
    await page.getByRole('button', { name: 'Cut', exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByText('1 to come').waitFor();
    await close();
  });

  test('fits a phone', async () => {
    const { page, close } = await open('/playground', {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await ready(page);
    await page.getByRole('button', { name: /^Run/ }).tap();
    await page.waitForFunction(() => document.querySelector('[role=log]').innerText.includes('sent: hello from a tab'));
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    await close();
  });

  test('opens what a page shows, and runs every program of its own', async () => {
    const { page, problems, close } = await open('/guide/results');
    await page.locator('a.run-link').nth(1).click();
    await ready(page);
    assert.match(await page.locator('.cm-content').innerText(), /no friends to show/);
    await page.getByRole('button', { name: /^Run/ }).click();
    await page.waitForFunction(() => document.querySelector('[role=log]').innerText.trim() === '1 friends');
    const programs = await page
      .locator('select option:not([disabled])')
      .evaluateAll((options) => options.map(({ value }) => value));
    assert.ok(programs.length >= 6);
    for (const program of programs) {
      await page.selectOption('select', program);
      await page.getByRole('button', { name: /^Run/ }).click();
      await page.waitForFunction(
        () =>
          document.querySelector('.playground').dataset.state === 'idle' && document.querySelector('[role=log] pre'),
        undefined,
        { timeout: 20_000 },
      );
      assert.equal(await page.locator('[role=log] pre.error').count(), 0, `${program}: ${await output(page)}`);
    }
    assert.deepEqual(problems, []);
    await close();
  });

  test('says what the imports weigh, as a bundler would find', async () => {
    const { page, close } = await open('/playground');
    await ready(page);
    await page.locator('[data-size] strong').waitFor();
    assert.match(
      await page.locator('[data-size]').innerText(),
      /^\d+\.\d kB brotli, .*createContext, getServer, listServers, sendRoomMessage/,
    );
    await close();
    const sizes = JSON.parse(readFileSync(`${dist}/playground/sizes.json`, 'utf8'));
    const names = exported.lagclient;
    for (const [start, step] of [
      [0, 7],
      [3, 11],
      [5, 23],
      [2, 41],
      [0, 1],
    ]) {
      const picked = [
        'createContext',
        ...names.filter((name, index) => index % step === start % step && name !== 'createContext'),
      ];
      const guess = estimate(
        sizes,
        picked.map((name) => ['lagclient', name]),
      ).brotli;
      const real = await brotliOf(`export { ${picked.join(', ')} } from 'lagclient';`);
      assert.ok(Math.abs(guess / real - 1) < 0.05, `${picked.length} exports: ${guess} guessed, ${real} measured`);
    }
  });
});
