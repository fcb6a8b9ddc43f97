/**
 * Lets timers and I/O run before the caller goes on. By a message, not by a timer: a test that replaces timers would wait
 * forever. Platforms without channels have timers of their own.
 */
export const yieldToTimers = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof MessageChannel !== 'function') return void setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
