// Who may ask a sandbox that listens. A developer's machine runs browsers, and any page in them can send requests to
// loopback: by its own name (which the Origin header shows), or by a name that it makes resolve to 127.0.0.1 (which the
// Host header shows). Neither gets a response.

/** What the guard looks at. */
export interface Arrival {
  readonly method: string;
  /** The request target: a path, or an absolute URL. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whom a server lets in. */
export interface Guard {
  /** Why a request is refused; `undefined` if it is let in. */
  reasonToRefuse(arrival: Arrival): string | undefined;
  /** Whether a page of that origin may read responses. */
  isAllowedOrigin(origin: string): boolean;
}

export const createGuard = (listensOn: string, allowedHosts: readonly string[]): Guard => {
  const named = new Set([...allowedHosts, listensOn].map((name) => name.toLowerCase()));
  const isOpen = !isLoopbackName(listensOn);

  const isAllowedHost = (host: string): boolean => {
    const name = /[@/?#\\]/.test(host) ? undefined : hostnameOf(`http://${host}`);
    if (name === undefined) return false;
    // An address cannot be rebound, and beyond loopback it is how other machines call this one.
    return isLoopbackName(name) || named.has(name) || (isOpen && isAddress(name));
  };
  const isAllowedOrigin = (origin: string): boolean => {
    const name = hostnameOf(origin);
    return name !== undefined && (isLoopbackName(name) || named.has(name));
  };

  return {
    isAllowedOrigin,
    reasonToRefuse: ({ method, target, headers }) => {
      const host = first(headers['host']) ?? '';
      const origin = first(headers['origin']);
      if (!isAllowedHost(host)) return `The host ${host || '(none)'} is not allowed: ${HOST_ADVICE}`;
      const isProxied = URL.canParse(target) && !isAllowedHost(new URL(target).host);
      if (isProxied) return 'The sandbox is not a proxy for other hosts';
      if (origin !== undefined) {
        const isSameOrigin = hostnameOf(origin) === hostnameOf(`http://${host}`);
        return isSameOrigin || isAllowedOrigin(origin)
          ? undefined
          : `Pages of ${origin} may not use the sandbox, only pages of localhost`;
      }
      const isForeign = first(headers['sec-fetch-site']) === 'cross-site';
      return isForeign && !isVisit(method, target, headers)
        ? 'Pages of other sites may not use the sandbox, only pages of localhost'
        : undefined;
    },
  };
};

const HOST_ADVICE = 'use localhost, or name it in allowedHosts (--allow-host)';

/** Somebody follows a link to the sandbox's page, which reads nothing and changes nothing. */
const isVisit = (method: string, target: string, headers: Arrival['headers']): boolean =>
  method === 'GET' && target === '/' && first(headers['sec-fetch-mode']) === 'navigate';

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** In lower case, IPv6 in brackets; `undefined` for an opaque or malformed origin. */
const hostnameOf = (origin: string): string | undefined => {
  if (!URL.canParse(origin)) return undefined;
  return new URL(origin).hostname || undefined;
};

/** `localhost` and names under it, 127.0.0.0/8 and ::1: what only this machine can be. */
export const isLoopbackName = (hostname: string): boolean => {
  const name = hostname.toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(name) ||
    name === '[::1]' ||
    name === '::1'
  );
};

/** Whether a connection comes from this machine. */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && isLoopbackName(address.replace(/^::ffff:/i, ''));

const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
