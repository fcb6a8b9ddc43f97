import type { LagError, LagErrorKind } from '../errors.js';
import { notify } from '../pipeline/notify.js';
import type { OnRobotError } from './run-handler.js';
import type { RobotEvent } from '../models/robot-events.js';

/**
 * Passes errors to `onError`. Without one, the first error of each kind goes to `console.error`, so that a robot that
 * cannot work says why.
 */
export const createErrorReporter = (
  onError: OnRobotError | undefined,
): ((error: LagError, event?: RobotEvent) => void) => {
  if (onError !== undefined) return (error, event) => notify(onError, error, event);
  const printedKinds = new Set<LagErrorKind>();
  return (error, event) => {
    if (printedKinds.has(error.kind)) return;
    printedKinds.add(error.kind);
    const what = event ? `could not handle ${event.type} (id ${event.id || 'none'})` : 'could not handle a request';
    printError(`${what}: ${error.message} (pass onError to see every failure)`, error);
  };
};

/** Prints an error where the platform has a console. */
export const printError = (text: string, error: LagError): void => {
  try {
    globalThis.console?.error(`lagclient: ${text}`, error);
  } catch {
    // The cause is the user's, and may not let itself be printed.
    globalThis.console.error(`lagclient: ${text}`);
  }
};
