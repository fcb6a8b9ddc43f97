import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import type { LagError } from 'lagclient';
import { showToast } from './toasts';

declare module '@tanstack/react-query' {
  // `orThrow` throws nothing else, so that `error` is a LagError everywhere.
  interface Register {
    defaultError: LagError;
  }
}

const onError = (error: LagError) => showToast(adviceFor(error));

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  // The SDK retries by itself and honours `Retry-After`. Repeating all of that would only take longer.
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false }, mutations: { retry: false } },
});

const adviceFor = (error: LagError): string => {
  switch (error.kind) {
    case 'auth':
    case 'invalid_token':
      return 'This token does not work. Paste another one.';
    case 'permission':
      return 'You lack the permission for that.';
    case 'rate_limit':
      return `Too many requests: try again in ${error.retryAfterSeconds ?? 60} s.`;
    case 'connection':
    case 'timeout':
    case 'server':
      return error.maybeApplied ? 'Lag did not confirm it. Look before you try again.' : 'Lag cannot be reached.';
    default:
      return error.message;
  }
};
