import { lagError, type LagAbortedError, type LagError } from '../errors.js';
import { isAborted, isAbortSignal, reasonOf } from './on-abort.js';
import type { LagRequest } from './types.js';

/** The error of a call that its caller aborted; its cause is the caller's own reason. */
export const abortedError = (signal: AbortSignal): LagAbortedError =>
  lagError('aborted', 'the call was aborted by its signal', { cause: reasonOf(signal) });

/** Why a call must not go on: its caller aborted it, or its deadline passed. */
export const endReason = ({ signal, deadlineAt, deadlineMs }: LagRequest): LagError | undefined => {
  // A middleware may have replaced it.
  if (signal !== undefined && !isAbortSignal(signal))
    return lagError('invalid_input', 'invalid signal: pass an AbortSignal');
  if (signal && isAborted(signal)) return abortedError(signal);
  return performance.now() < deadlineAt ? undefined : lagError('timeout', `no time left of deadlineMs ${deadlineMs}`);
};
