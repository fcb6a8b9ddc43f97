import { invalidInput } from './invalid-input.js';

const MAX_LENGTH = 2048;

/** Loopback: `localhost`, 127.0.0.0/8 and [::1]. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The base URL without trailing slashes; throws for one that could leak the token or change paths. */
export const readBaseUrl = (baseUrl: string, allowInsecureHttp: boolean): string => {
  const parts = parse(baseUrl);
  // What was given is not repeated: it may hold a password.
  if (!parts) throw invalidInput('invalid baseUrl: pass an absolute https URL');
  const { protocol, userInfo, host, path, rest } = parts;
  if (userInfo) throw invalidInput('invalid baseUrl: user info is not allowed');
  if (rest) throw invalidInput('invalid baseUrl: query and hash are not allowed');
  if (protocol === 'http' && !allowInsecureHttp && !LOOPBACK.test(host.replace(/:\d*$/, '')))
    throw invalidInput('invalid baseUrl: http is only allowed on loopback; set allowInsecureHttp to allow it');
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return `${protocol}://${host}${path.slice(0, end)}`;
};

interface UrlParts {
  readonly protocol: string;
  readonly userInfo: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly rest: string;
}

/**
 * The parts of an http URL as the platform writes it. From `href` alone, because older React Native has nothing else, and
 * newer ones keep the user info in `origin`.
 */
const parse = (url: unknown): UrlParts | undefined => {
  if (typeof url !== 'string' || url.length > MAX_LENGTH) return undefined;
  let href: string;
  try {
    ({ href } = new URL(url));
  } catch {
    return undefined;
  }
  const [, protocol, authority, path, rest] = /^(https?):\/\/([^/?#\\]+)([^?#]*)(.*)$/.exec(href) ?? [];
  if (protocol === undefined || authority === undefined || path === undefined || rest === undefined) return undefined;
  const at = authority.lastIndexOf('@');
  return {
    protocol,
    userInfo: at < 0 ? undefined : authority.slice(0, at + 1),
    host: authority.slice(at + 1),
    path,
    rest,
  };
};
