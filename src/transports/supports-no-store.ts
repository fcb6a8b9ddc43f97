let isSupported: boolean | undefined;

/** Whether requests may say `cache: 'no-store'`. Workers reject the field, and React Native adds a query for it. */
export const supportsNoStore = (): boolean => (isSupported ??= probe());

const probe = (): boolean => {
  try {
    if (globalThis.navigator?.product === 'ReactNative') return false;
    return new Request('https://localhost/', { cache: 'no-store' }).cache === 'no-store';
  } catch {
    return false;
  }
};
