// Made of index.html, page.css and page.js beside it by test/sandbox/server/page.test.ts, so that they are in
// every bundle of the sandbox's server. Change those, not this.

export const PAGE_FILES = {
  html: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Lag sandbox</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/_sandbox/page.css" />
    <script type="module" src="/_sandbox/page.js"></script>
  </head>
  <body>
    <a class="skip" href="#requests">Skip to the requests</a>
    <header>
      <div>
        <h1>Lag sandbox</h1>
        <p>The Lag API in memory, on this machine. <span id="connection" role="status">Connecting…</span></p>
      </div>
      <div class="row">
        <p>It is <time id="clock">…</time></p>
        <div class="row" role="group" aria-label="Move the clock">
          <button type="button" data-advance="60000">+1 min</button>
          <button type="button" data-advance="3600000">+1 h</button>
          <button type="button" data-advance="86400000">+1 day</button>
        </div>
        <button type="button" id="reset">Reset everything</button>
      </div>
    </header>
    <p id="notice" role="status"></p>

    <noscript
      ><p>This page needs JavaScript. Everything that it does is also possible over HTTP, under /_sandbox.</p></noscript
    >

    <main>
      <section aria-labelledby="tokens-title">
        <h2 id="tokens-title">Tokens</h2>
        <p>Set these variables, and the examples talk to this sandbox:</p>
        <div class="copyable">
          <pre tabindex="0" aria-label="Environment variables"><code id="variables"></code></pre>
          <button type="button" data-copies="variables">Copy<span class="hidden"> the variables</span></button>
        </div>
        <ul id="tokens" class="plain"></ul>
      </section>

      <section aria-labelledby="faults-title">
        <h2 id="faults-title">Faults</h2>
        <p>
          <label for="fault-operation">Make the next request go wrong, of</label>
          <select id="fault-operation">
            <option value="">any operation</option>
          </select>
        </p>
        <div id="faults" class="row" role="group" aria-label="Faults"></div>
        <h3>Waiting for their request</h3>
        <ul id="pending" class="plain"></ul>
        <button type="button" id="clear-faults">Forget them</button>
      </section>

      <section aria-labelledby="robots-title">
        <h2 id="robots-title">Robots</h2>
        <ul id="robots" class="plain"></ul>
        <form id="robot-form" class="row">
          <label>
            Gets its events by
            <select name="delivery">
              <option value="poll">long poll</option>
              <option value="sse">event stream</option>
              <option value="webhook">webhook</option>
            </select>
          </label>
          <label>Webhook URL <input name="url" type="url" placeholder="http://127.0.0.1:3000/lag" disabled /></label>
          <button type="submit">Add a robot</button>
        </form>
      </section>

      <section class="wide" aria-labelledby="requests-title" id="requests">
        <h2 id="requests-title">Requests</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Newest requests">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Status</th>
                <th scope="col">Operation</th>
                <th scope="col">Request</th>
              </tr>
            </thead>
            <tbody id="log"></tbody>
          </table>
        </div>
        <p id="no-requests">None yet. They appear here as they are answered.</p>
      </section>

      <section aria-labelledby="messages-title">
        <h2 id="messages-title">Messages</h2>
        <form id="message-form" class="row">
          <label
            >As
            <select name="author"></select
          ></label>
          <label
            >in
            <select name="room"></select
          ></label>
          <label class="grow">Message <input name="content" maxlength="2000" required autocomplete="off" /></label>
          <button type="submit">Send</button>
        </form>
        <ol id="messages" class="plain scroll" tabindex="0" aria-label="Newest messages" aria-live="polite"></ol>
      </section>
    </main>
  </body>
</html>
`,
  css: `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --panel: #f5f6f8;
  --line: #c9ced6;
  --ink: #16181d;
  --soft: #4a5160;
  --accent: #1d4ed8;
  --on-accent: #ffffff;
  --good: #166534;
  --bad: #b42318;
  font:
    16px/1.5 system-ui,
    sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a;
    --panel: #1d2026;
    --line: #3d434e;
    --ink: #eceef2;
    --soft: #b3bac6;
    --accent: #93b4ff;
    --on-accent: #14161a;
    --good: #7bd79a;
    --bad: #ffa198;
  }
}

* {
  box-sizing: border-box;
}

body {
  max-width: 90rem;
  margin: 0 auto;
  padding: 1rem;
  background: var(--paper);
  color: var(--ink);
}

h1 {
  margin: 0;
  font-size: 1.5rem;
}

h2 {
  margin: 0 0 0.5rem;
  font-size: 1.125rem;
}

h3 {
  margin: 1rem 0 0.25rem;
  font-size: 1rem;
}

p {
  margin: 0 0 0.5rem;
}

header {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem 2rem;
  align-items: center;
  justify-content: space-between;
}

main {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  gap: 1rem;
}

section {
  min-width: 0;
  padding: 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--panel);
}

@media (min-width: 60rem) {
  .wide {
    grid-column: span 2;
  }
}

form {
  margin: 0.75rem 0;
}

.row {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  align-items: center;
}

.row p {
  margin: 0;
}

.grow {
  flex: 1 1 12rem;
}

.grow input {
  width: 100%;
}

.plain {
  margin: 0;
  padding: 0;
  list-style: none;
}

.plain li {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 0.75rem;
  align-items: center;
  padding: 0.375rem 0;
  border-top: 1px solid var(--line);
  overflow-wrap: anywhere;
}

.plain li:first-child {
  border-top: 0;
}

.plain li > button {
  margin-left: auto;
}

.soft {
  color: var(--soft);
}

.scroll {
  max-height: 24rem;
  overflow: auto;
}

.hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.skip {
  position: absolute;
  left: -100rem;
}

.skip:focus {
  left: 1rem;
}

code,
pre,
table {
  font-family: ui-monospace, monospace;
  font-size: 0.875rem;
}

pre {
  margin: 0;
  flex: 1 1 0;
  min-width: 0;
  padding: 0.5rem;
  overflow: auto;
  border: 1px solid var(--line);
  border-radius: 0.25rem;
  background: var(--paper);
}

.copyable {
  display: flex;
  gap: 0.5rem;
  align-items: start;
  margin-bottom: 0.5rem;
}

button,
select,
input {
  min-height: 2.25rem;
  max-width: 100%;
  padding: 0.25rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 0.25rem;
  background: var(--paper);
  color: var(--ink);
  font: inherit;
}

button {
  cursor: pointer;
}

button:hover {
  border-color: var(--accent);
}

button[type='submit'] {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--on-accent);
}

input:disabled {
  color: var(--soft);
  background: var(--panel);
}

:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}

table {
  width: 100%;
  border-collapse: collapse;
}

th,
td {
  padding: 0.25rem 0.75rem 0.25rem 0;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}

thead th {
  position: sticky;
  top: 0;
  background: var(--panel);
}

td:last-child {
  width: 100%;
  overflow-wrap: anywhere;
}

td:not(:last-child),
th {
  white-space: nowrap;
}

.good {
  color: var(--good);
}

.bad {
  color: var(--bad);
}

#notice:empty,
#no-requests[hidden] {
  display: none;
}

#notice {
  margin: 0.5rem 0;
  padding: 0.5rem 1rem;
  border-left: 0.25rem solid var(--accent);
  background: var(--panel);
}

header,
#notice {
  margin-bottom: 1rem;
}

@media (max-width: 40rem) {
  /* A request becomes two lines: what happened, then what was asked. */
  thead {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  tbody tr {
    display: flex;
    flex-wrap: wrap;
    border-bottom: 1px solid var(--line);
  }

  tbody td {
    border: 0;
  }
}
`,
  js: `// @ts-check
// The page of a sandbox that listens. It only uses what /_sandbox offers to everybody on this machine.

/** @typedef {import('../../index.js').SandboxRequest} SandboxRequest */
/** @typedef {import('../../index.js').SandboxFault} SandboxFault */

const MAX_ROWS = 200;

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
const find = (selector, type) => {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(\`the page has no \${selector}\`);
  return found;
};

/**
 * An element with text in it. Nothing here ever sets HTML.
 *
 * @param {string} tag
 * @param {{ text?: string, class?: string, children?: (Node | string)[] }} [content]
 */
const make = (tag, { text = '', class: name = '', children = [] } = {}) => {
  const element = document.createElement(tag);
  element.className = name;
  element.append(text, ...children);
  return element;
};

/** @param {string} label @param {string} hidden what the button is about, for screen readers @param {() => void} run */
const makeButton = (label, hidden, run) => {
  const button = make('button', { text: label, children: [make('span', { class: 'hidden', text: hidden })] });
  button.setAttribute('type', 'button');
  button.addEventListener('click', run);
  return button;
};

const notice = find('#notice', HTMLElement);

/**
 * Runs on an event, which does not wait for it.
 *
 * @param {Element} element
 * @param {string} type
 * @param {(event: Event) => Promise<void>} run
 */
const on = (element, type, run) => element.addEventListener(type, (event) => void run(event));

/** @param {string} text */
const say = (text) => {
  notice.textContent = text;
};

/**
 * Asks the control API. Says what went wrong, and returns \`undefined\` then.
 *
 * @param {string} path
 * @param {{ method?: string, json?: unknown }} [request]
 */
const control = async (path, { method = 'GET', json } = {}) => {
  try {
    const response = await fetch(\`/_sandbox\${path}\`, {
      method,
      ...(json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    });
    const body = await response.json();
    if (response.ok) return body;
    say(body.message);
  } catch {
    say('The sandbox does not answer. Is it still running?');
  }
  return undefined;
};

/** @param {string} text @param {string} what */
const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
    say(\`Copied \${what}.\`);
  } catch {
    say(\`The browser does not allow copying. Select the text instead: \${text}\`);
  }
};

// Tokens

const PEOPLE = {
  ada: 'owns the server Harbour',
  ben: 'a member',
  cleo: 'an admin',
  dan: 'not in the server',
  robot: 'Beacon, which polls for its events',
};

const variables = find('#variables', HTMLElement);

/** @type {{ tokens: Record<string, string>, ids: any, operations: string[] } | undefined} */
let info;

/** @param {NonNullable<typeof info>} fresh */
const showInfo = (fresh) => {
  info = fresh;
  variables.textContent = [
    \`export LAG_BASE_URL=\${location.origin}\`,
    \`export LAG_TOKEN=\${fresh.tokens['ada']}\`,
    \`export LAG_ROBOT_KEY=\${fresh.tokens['robot']}\`,
  ].join('\\n');
  find('#tokens', HTMLElement).replaceChildren(
    ...Object.entries(PEOPLE).map(([name, what]) =>
      make('li', {
        children: [
          make('strong', { text: name }),
          make('span', { class: 'soft', text: what }),
          makeButton(
            'Copy',
            \` the token of \${name}\`,
            () => void copy(fresh.tokens[name] ?? '', \`the token of \${name}\`),
          ),
        ],
      }),
    ),
  );
  const operation = find('#fault-operation', HTMLSelectElement);
  if (operation.options.length === 1)
    operation.append(...fresh.operations.toSorted().map((name) => make('option', { text: name })));
};

// Faults

/** @type {[name: string, hint: string, fault: SandboxFault][]} */
const FAULTS = [
  ['429', 'too many requests, retry in 1 s', { status: 429, retryAfter: 1 }],
  ['500', 'the server fails', { status: 500 }],
  ['503', 'out of service, retry in 1 s', { status: 503, retryAfter: 1 }],
  ['HTML', 'the page of a proxy', { html: true }],
  ['Reset', 'the connection breaks before a response', { reset: true }],
  ['Lost response', 'the operation is carried out, then the connection breaks', { reset: true, applied: true }],
  ['Cut body', 'half of the response, then the connection breaks', { truncate: true }],
  ['Stall', 'half of the response, then nothing', { stall: true }],
  ['Wrong shape', 'a response of another shape', { body: '{"id":7}' }],
  ['Slow', 'the response after 5 s', { delayMs: 5000 }],
];

/** @param {{ pending: SandboxFault[] } | undefined} lists */
const showFaults = (lists) => {
  if (!lists) return;
  const items = lists.pending.map((fault) => make('li', { children: [make('code', { text: JSON.stringify(fault) })] }));
  find('#pending', HTMLElement).replaceChildren(
    ...(items.length ? items : [make('li', { class: 'soft', text: 'none' })]),
  );
};

find('#faults', HTMLElement).append(
  ...FAULTS.map(([name, hint, fault]) => {
    const button = makeButton(name, \`: \${hint}\`, () => void addFault(name, fault));
    button.title = hint;
    return button;
  }),
);

/** @param {string} name @param {SandboxFault} fault */
const addFault = async (name, fault) => {
  const operation = find('#fault-operation', HTMLSelectElement).value;
  const lists = await control('/faults', {
    method: 'POST',
    json: operation ? { match: { operation }, ...fault } : fault,
  });
  if (lists) say(\`The next request\${operation ? \` of \${operation}\` : ''} meets the fault \${name}.\`);
  showFaults(lists);
};

on(find('#clear-faults', HTMLElement), 'click', async () => {
  showFaults(await control('/faults', { method: 'DELETE' }));
});

// Requests

const log = find('#log', HTMLElement);

/** @type {string | undefined} */
let lastRequestId;

/** @param {SandboxRequest} request */
const showRequest = ({ id, at, method, operation, path, status, faulty }) => {
  lastRequestId = id;
  const isGood = status >= 200 && status < 400;
  const outcome = \`\${status || 'broken off'}\${faulty ? ' (fault)' : ''}\`;
  log.prepend(
    make('tr', {
      children: [
        make('td', { class: 'soft', text: new Date(at).toLocaleTimeString() }),
        make('td', { class: isGood ? 'good' : 'bad', text: outcome }),
        make('td', { text: operation ?? '–' }),
        make('td', { text: \`\${method} \${path}\` }),
      ],
    }),
  );
  while (log.childElementCount > MAX_ROWS) log.lastElementChild?.remove();
  find('#no-requests', HTMLElement).hidden = true;
};

// Messages

const MESSAGE_OPERATIONS = new Set([
  'sendRoomMessage',
  'editRoomMessage',
  'deleteRoomMessage',
  'deleteRoom',
  'deleteServer',
]);

const showMessages = async () => {
  const messages = await control('/messages?limit=30');
  if (!messages) return;
  find('#messages', HTMLElement).replaceChildren(
    ...messages.toReversed().map((/** @type {any} */ { createdAt, displayName, username, content, isBot }) =>
      make('li', {
        children: [
          make('span', { class: 'soft', text: new Date(createdAt).toLocaleTimeString() }),
          make('strong', { text: \`\${displayName ?? username}\${isBot ? ' (robot)' : ''}\` }),
          make('span', { text: content || '(an image)' }),
        ],
      }),
    ),
  );
};

const messageForm = find('#message-form', HTMLFormElement);

on(messageForm, 'submit', async (event) => {
  event.preventDefault();
  if (!info) return;
  const fields = new FormData(messageForm);
  const path = \`/servers/\${info.ids.server}/rooms/\${String(fields.get('room'))}/messages\`;
  const headers = {
    'content-type': 'application/json',
    authorization: \`Bearer \${info.tokens[String(fields.get('author'))]}\`,
  };
  try {
    const body = JSON.stringify({ content: fields.get('content') });
    const response = await fetch(path, { method: 'POST', headers, body });
    if (response.ok) find('#message-form [name=content]', HTMLInputElement).value = '';
    else say((await response.json()).message);
  } catch {
    say('The message was not answered.');
  }
});

const showRooms = () => {
  if (!info) return;
  const options = Object.entries(info.ids.rooms).map(([name, id]) => {
    const option = document.createElement('option');
    option.value = String(id);
    option.textContent = name;
    return option;
  });
  // In the quiet room, one's own messages are easy to find.
  find('#message-form [name=room]', HTMLSelectElement).replaceChildren(...options.toReversed());
  find('#message-form [name=author]', HTMLSelectElement).replaceChildren(
    ...['ada', 'ben', 'cleo'].map((name) => make('option', { text: name })),
  );
};

// Robots

/** Keys of the robots that this page has added. The sandbox tells a key only once. @type {Map<string, string>} */
const robotKeys = new Map();

const showRobots = async () => {
  const state = await control('/state?lists=robots');
  if (!state) return;
  find('#robots', HTMLElement).replaceChildren(
    ...state.robots.map((/** @type {any} */ { id, name, delivery, active, kept }) => {
      const key = id === info?.ids.robot ? info?.tokens['robot'] : robotKeys.get(id);
      const events = \`\${kept.length} \${kept.length === 1 ? 'event' : 'events'} kept\`;
      return make('li', {
        children: [
          make('strong', { text: name }),
          make('span', { class: 'soft', text: \`\${delivery}, \${active ? events : 'disabled'}\` }),
          ...(key ? [makeButton('Copy key', \` of the robot \${name}\`, () => void copy(key, \`the key of \${name}\`))] : []),
        ],
      });
    }),
  );
};

const robotForm = find('#robot-form', HTMLFormElement);
const robotDelivery = find('#robot-form [name=delivery]', HTMLSelectElement);
const robotUrl = find('#robot-form [name=url]', HTMLInputElement);

robotDelivery.addEventListener('change', () => {
  robotUrl.disabled = robotDelivery.value !== 'webhook';
  robotUrl.required = !robotUrl.disabled;
});

on(robotForm, 'submit', async (event) => {
  event.preventDefault();
  const kind = robotDelivery.value;
  const number = find('#robots', HTMLElement).childElementCount + 1;
  const delivery = kind === 'webhook' ? { url: robotUrl.value } : kind;
  const robot = await control('/robots', { method: 'POST', json: { name: \`Robot \${number}\`, delivery } });
  if (!robot) return;
  robotKeys.set(robot.id, robot.token);
  const secret = robot.webhookSecret ? \` Its webhook secret is \${robot.webhookSecret}.\` : '';
  say(\`Added Robot \${number}. Its key is \${robot.token}.\${secret}\`);
  await showRobots();
});

// The clock, and everything at once

const showClock = async () => {
  const clock = await control('/clock');
  if (clock) find('#clock', HTMLElement).textContent = new Date(clock.now).toLocaleString();
};

for (const button of document.querySelectorAll('[data-advance]'))
  on(button, 'click', async () => {
    await control('/clock', { method: 'POST', json: { advanceMs: Number(button.getAttribute('data-advance')) } });
    await showClock();
  });

for (const button of document.querySelectorAll('[data-copies]'))
  button.addEventListener('click', () => void copy(variables.textContent ?? '', 'the variables'));

on(find('#reset', HTMLElement), 'click', async () => {
  const fresh = await control('/reset', { method: 'POST' });
  if (!fresh) return;
  log.replaceChildren();
  robotKeys.clear();
  find('#no-requests', HTMLElement).hidden = false;
  await showAll();
  say('Everything is as it was at the start. Tokens are the same.');
});

const showAll = async () => {
  const fresh = await control('');
  if (fresh) showInfo(fresh);
  showRooms();
  showFaults(await control('/faults'));
  await Promise.all([showMessages(), showRobots(), showClock()]);
};

/** Requests that were answered while the page was not connected. */
const catchUp = async () => {
  const after = lastRequestId ? \`?after=\${lastRequestId}\` : '';
  const requests = await control(\`/requests\${after}\`);
  for (const request of requests?.slice(-MAX_ROWS) ?? []) showRequest(request);
};

const connection = find('#connection', HTMLElement);
const live = new EventSource('/_sandbox/live');

live.addEventListener('open', () => {
  connection.textContent = 'Connected.';
  void catchUp();
});
live.addEventListener('error', () => {
  connection.textContent = 'Not connected; trying again…';
});
live.addEventListener('message', ({ data }) => {
  /** @type {SandboxRequest} */
  const request = JSON.parse(data);
  showRequest(request);
  scheduleRefresh(request);
});

/** @type {Set<string>} */
const toRefresh = new Set();

/** Shows what a request changed, at most a few times a second. @param {SandboxRequest} request */
const scheduleRefresh = ({ operation, faulty }) => {
  const isFirst = toRefresh.size === 0;
  toRefresh.add('clock');
  if (faulty) toRefresh.add('faults');
  if (operation && MESSAGE_OPERATIONS.has(operation)) toRefresh.add('messages');
  if (isFirst) setTimeout(() => void refresh(), 250);
};

const refresh = async () => {
  const parts = new Set(toRefresh);
  toRefresh.clear();
  if (parts.has('faults')) showFaults(await control('/faults'));
  if (parts.has('messages')) await showMessages();
  await Promise.all([showRobots(), showClock()]);
};

await showAll();
`,
};
