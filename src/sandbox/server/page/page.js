// @ts-check
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
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
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
 * Asks the control API. Says what went wrong, and returns `undefined` then.
 *
 * @param {string} path
 * @param {{ method?: string, json?: unknown }} [request]
 */
const control = async (path, { method = 'GET', json } = {}) => {
  try {
    const response = await fetch(`/_sandbox${path}`, {
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
    say(`Copied ${what}.`);
  } catch {
    say(`The browser does not allow copying. Select the text instead: ${text}`);
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
    `export LAG_BASE_URL=${location.origin}`,
    `export LAG_TOKEN=${fresh.tokens['ada']}`,
    `export LAG_ROBOT_KEY=${fresh.tokens['robot']}`,
  ].join('\n');
  find('#tokens', HTMLElement).replaceChildren(
    ...Object.entries(PEOPLE).map(([name, what]) =>
      make('li', {
        children: [
          make('strong', { text: name }),
          make('span', { class: 'soft', text: what }),
          makeButton(
            'Copy',
            ` the token of ${name}`,
            () => void copy(fresh.tokens[name] ?? '', `the token of ${name}`),
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
    const button = makeButton(name, `: ${hint}`, () => void addFault(name, fault));
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
  if (lists) say(`The next request${operation ? ` of ${operation}` : ''} meets the fault ${name}.`);
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
  const outcome = `${status || 'broken off'}${faulty ? ' (fault)' : ''}`;
  log.prepend(
    make('tr', {
      children: [
        make('td', { class: 'soft', text: new Date(at).toLocaleTimeString() }),
        make('td', { class: isGood ? 'good' : 'bad', text: outcome }),
        make('td', { text: operation ?? '–' }),
        make('td', { text: `${method} ${path}` }),
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
          make('strong', { text: `${displayName ?? username}${isBot ? ' (robot)' : ''}` }),
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
  const path = `/servers/${info.ids.server}/rooms/${String(fields.get('room'))}/messages`;
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${info.tokens[String(fields.get('author'))]}`,
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
      const events = `${kept.length} ${kept.length === 1 ? 'event' : 'events'} kept`;
      return make('li', {
        children: [
          make('strong', { text: name }),
          make('span', { class: 'soft', text: `${delivery}, ${active ? events : 'disabled'}` }),
          ...(key ? [makeButton('Copy key', ` of the robot ${name}`, () => void copy(key, `the key of ${name}`))] : []),
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
  const robot = await control('/robots', { method: 'POST', json: { name: `Robot ${number}`, delivery } });
  if (!robot) return;
  robotKeys.set(robot.id, robot.token);
  const secret = robot.webhookSecret ? ` Its webhook secret is ${robot.webhookSecret}.` : '';
  say(`Added Robot ${number}. Its key is ${robot.token}.${secret}`);
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
  const after = lastRequestId ? `?after=${lastRequestId}` : '';
  const requests = await control(`/requests${after}`);
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
