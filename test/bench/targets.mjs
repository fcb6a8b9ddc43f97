// What the calls are meant to cost, next to what they cost in this run.
import { MEASURES, ratio } from './calls.mjs';

const DEFAULT = 'lagclient, default';
const UNDICI = 'lagclient, undiciTransport';
const REQUEST = 'undici.request, no timeout';

const over = (name, against, jobs, measure, bound) => jobs.map((job) => ({ name, against, job, measure, bound }));
const ALL = ['small', 'send', 'page'];
const SHORT = ['small', 'send'];
const TIMES = ['p50Ms', 'perSecond'];

const TARGETS = [
  ...over(UNDICI, REQUEST, SHORT, 'perSecond', 1.2),
  ...over(UNDICI, REQUEST, ['page'], 'perSecond', 0.95),
  ...over(UNDICI, REQUEST, SHORT, 'cpuMicros', 0.8),
  ...over(UNDICI, REQUEST, ['page'], 'cpuMicros', 1.1),
  ...over(DEFAULT, 'fetch, abort timer', ALL, 'p50Ms', 1.06),
  ...over(DEFAULT, 'fetch, abort timer', ALL, 'perSecond', 0.94),
  ...TIMES.flatMap((measure) => over(DEFAULT, 'ofetch', ALL, measure, 1)),
  ...Object.keys(MEASURES).flatMap((measure) => [
    ...over(DEFAULT, 'ky', ALL, measure, 1),
    ...over(UNDICI, 'axios', ALL, measure, 1),
    ...over(UNDICI, 'got', ALL, measure, 1),
  ]),
];

/** A line for each target: whether it was met, and by what. */
export const describeTargets = (calls) =>
  TARGETS.filter(({ job }) => calls[job]).map(({ name, against, job, measure, bound }) => {
    const measured = ratio(calls[job].samples, name, against, measure);
    const isMet = MEASURES[measure] === 'more' ? measured >= bound : measured <= bound;
    const sign = MEASURES[measure] === 'more' ? '≥' : '≤';
    return `${isMet ? 'met   ' : 'MISSED'} ${job}: ${name} has ${measured.toFixed(2)} × the ${measure} of ${against} (${sign} ${bound})`;
  });
