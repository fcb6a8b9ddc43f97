/** Calls a user's hook. Whatever it throws or rejects with is ignored. */
export const notify = <Args extends readonly unknown[]>(
  hook: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void => {
  try {
    const returned = hook?.(...args);
    // A hook may be async.
    if (returned instanceof Promise) returned.catch(() => {});
  } catch {
    // The guarantee holds whatever a hook does.
  }
};
