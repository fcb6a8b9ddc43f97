import type { SandboxFault } from '../../src/sandbox/index.js';

/** What can go wrong at a click: with the next request, and once. */
export const faults: readonly { readonly name: string; readonly what: string; readonly fault: SandboxFault }[] = [
  { name: '429', what: 'Too many requests; asks to wait for 1 s', fault: { status: 429, retryAfter: 1 } },
  { name: '500', what: 'The server fails', fault: { status: 500 } },
  { name: '503', what: 'Out of service; asks to wait for 1 s', fault: { status: 503, retryAfter: 1 } },
  { name: 'HTML', what: 'A proxy answers with a page', fault: { html: true } },
  { name: 'Cut', what: 'The connection breaks before an answer', fault: { reset: true } },
  { name: 'Lost answer', what: 'It is done, and the connection breaks', fault: { reset: true, applied: true } },
  { name: 'Truncate', what: 'Half of the answer, then the connection breaks', fault: { truncate: true } },
  { name: 'Stall', what: 'Half of the answer, then nothing', fault: { stall: true } },
  { name: 'Nonsense', what: 'An answer of another shape', fault: { body: '{"id":7}' } },
];
