import type { SandboxFault } from '../../src/sandbox/index.js';

/** What the page asks of the worker. */
export type ToWorker =
  | { readonly type: 'run'; readonly code: string }
  /** Answered by `imports`. */
  | { readonly type: 'inspect'; readonly code: string }
  | { readonly type: 'fault'; readonly fault: SandboxFault }
  | { readonly type: 'clear-faults' };

/** What the worker tells the page. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly level: 'log' | 'warn' | 'error'; readonly text: string }
  /** A call of the program has begun. */
  | { readonly type: 'call'; readonly call: number; readonly method: string; readonly path: string }
  /** A request of that call was answered, or not: then the status is 0. */
  | {
      readonly type: 'attempt';
      readonly call: number;
      readonly status: number;
      readonly faulty: boolean;
      /** Milliseconds that it took, and how long after the call's beginning it began. */
      readonly ms: number;
      readonly after: number;
    }
  /** The call's Result: an `Ok` with its status, or an `Err` with its kind. */
  | { readonly type: 'result'; readonly call: number; readonly ok: boolean; readonly text: string }
  | { readonly type: 'done'; readonly error?: string }
  | { readonly type: 'faults'; readonly pending: number }
  | {
      readonly type: 'imports';
      readonly imports: readonly (readonly [specifier: string, name: string])[];
      readonly error?: string;
    };
