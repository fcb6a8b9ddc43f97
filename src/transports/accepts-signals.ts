let probed: typeof AbortController | undefined;
let isAccepted = true;

/**
 * Whether the runtime's fetch takes signals of the global `AbortController`: Jest's jsdom replaces one and not the other.
 * Where it does not, requests are sent without a signal, and whoever reads the body cancels it.
 */
export const acceptsSignals = (): boolean => {
  if (probed === AbortController) return isAccepted;
  probed = AbortController;
  isAccepted = probe();
  return isAccepted;
};

const probe = (): boolean => {
  if (typeof Request !== 'function') return true;
  try {
    // Checked by the constructor, before anything else happens.
    return Boolean(new Request('https://localhost/', { signal: new AbortController().signal }));
  } catch {
    return false;
  }
};
