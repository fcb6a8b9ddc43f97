import type { Step } from './compose.js';
import { runWithLimits } from './run-with-limits.js';

/** Gives each attempt, its body included, `timeoutMs` or what is left of the deadline. */
export const timeout: Step = (next) => (request) => runWithLimits(next, request, request.timeoutMs);
