import { useSyncExternalStore } from 'react';

let toasts: readonly string[] = [];
const listeners = new Set<() => void>();

export const showToast = (text: string): void => {
  toasts = [...toasts, text];
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useToasts = (): readonly string[] => useSyncExternalStore(subscribe, () => toasts);
