// The same cases for each mutant, and not for longer than it takes to notice most.
import fc from 'fast-check';
import { beforeEach } from 'vitest';
import { REAL_TIME, SLOW } from './modules.mjs';

fc.configureGlobal({ seed: 7, interruptAfterTimeLimit: 400 });

beforeEach(({ task, skip }) => {
  if (SLOW.includes(task.name) || REAL_TIME.test(task.suite?.name)) skip();
});
