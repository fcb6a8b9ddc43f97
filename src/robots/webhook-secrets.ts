import { invalidInput } from '../invalid-input.js';

/** A key of WebCrypto, whose type has no global name with Node's types alone. */
export type SigningKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Secrets as Lag shows them, `whsec_…`; several while one replaces the other. Empty ones among several are ignored. */
export type WebhookSecret = string | readonly (string | null | undefined)[];

// A key that is shorter can be guessed.
const MIN_SECRET_BYTES = 16;

/** The keys of secrets. Throws an `invalid_input` that does not show them. */
export const importSecrets = async (secret: WebhookSecret | undefined): Promise<SigningKey[]> => {
  const secrets = (Array.isArray(secret) ? secret : [secret])
    .map((each) => (typeof each === 'string' ? each.trim() : each))
    .filter((each) => each !== '' && each !== undefined && each !== null);
  if (secrets.length === 0) throw invalidInput('invalid webhook secret: it is missing');
  return Promise.all(secrets.map(importSecret));
};

const importSecret = (secret: unknown): Promise<SigningKey> => {
  const bytes = decodeSecret(secret);
  if (!bytes) throw invalidInput('invalid webhook secret: pass it as Lag shows it, whsec_ and base64');
  if (bytes.length < MIN_SECRET_BYTES)
    throw invalidInput(`invalid webhook secret: it has less than ${MIN_SECRET_BYTES} bytes; was it cut off?`);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
};

const decodeSecret = (secret: unknown): Uint8Array<ArrayBuffer> | undefined => {
  if (typeof secret !== 'string') return undefined;
  try {
    return Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
};
