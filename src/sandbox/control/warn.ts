/** Where warnings of a sandbox go. */
export type Warn = (message: string) => void;

export const warnOnConsole: Warn = (message) => console.warn(`lagclient sandbox: ${message}`);
