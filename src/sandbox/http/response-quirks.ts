import type { SandboxQuirks } from '../control/quirks.js';

/** Fields of responses that may be absent or `null`. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set([
  'deletesAt',
  'editedAt',
  'flags',
  'guestDisplayName',
  'guestId',
  'image',
  'isBot',
  'isGuest',
  'mentions',
  'nextCursor',
  'replyTo',
  'robotAvatarUrl',
  'robotId',
  'robotName',
  'steamId',
  'suspendedAt',
  'suspendedReason',
  'unreadCount',
]);

/** Optional fields that the sandbox leaves out, by a field that only such objects have. */
const LEFT_OUT_FIELDS: readonly (readonly [marker: string, names: readonly string[]])[] = [
  ['username', ['flags']],
  ['hasAccess', ['suspendedAt', 'suspendedReason']],
  ['robotAvatarUrl', ['guestDisplayName', 'guestId', 'isGuest']],
];

/** Rewrites JSON responses as the quirks say. Does nothing under the default quirks. */
export const applyResponseQuirks = async (response: Response, quirks: SandboxQuirks): Promise<Response> => {
  const isPlainError = response.status >= 400 && !quirks.errorDetails;
  const isRewritten = isPlainError || quirks.optionalFields !== 'mixed';
  if (!isRewritten || !isJson(response)) return response;
  const { status, headers } = response;
  const text = await response.text();
  return new Response(rewrite(text, isPlainError, quirks.optionalFields), { status, headers });
};

const isJson = (response: Response): boolean =>
  response.headers.get('content-type')?.startsWith('application/json') ?? false;

const rewrite = (text: string, isPlainError: boolean, optionalFields: SandboxQuirks['optionalFields']): string => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // A fault's body.
    return text;
  }
  if (isPlainError) {
    const { message }: { message?: unknown } = Object(body);
    return JSON.stringify({ error: message });
  }
  return JSON.stringify(body, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return optionalFields === 'absent' ? withoutNulls(value) : withNulls(value);
  });
};

const withoutNulls = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== null || !OPTIONAL_FIELDS.has(name)));

const withNulls = (fields: object): object => {
  const missing = LEFT_OUT_FIELDS.filter(([marker]) => marker in fields).flatMap(([, names]) => names);
  return { ...Object.fromEntries(missing.map((name) => [name, null])), ...fields };
};
