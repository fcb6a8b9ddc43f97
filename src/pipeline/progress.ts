import type { LagError } from '../errors.js';
import type { LagTransportFailure } from './transport.js';

type Progress = LagTransportFailure['progress'];

// What the transport said of the request that ended in an error.
const progresses = /*#__PURE__*/ new WeakMap<LagError, Progress>();

/** Remembers how far the request came that ended in an error. */
export const setProgress = (error: LagError, progress: Progress): void => void progresses.set(error, progress);

/** How far the request came that ended in an error without a response. */
export const progressOf = (error: LagError): Progress => {
  const isOfAnEarlierStep = error.kind === 'invalid_input' || error.kind === 'invalid_token';
  return progresses.get(error) ?? (isOfAnEarlierStep ? 'refused' : 'unknown');
};
