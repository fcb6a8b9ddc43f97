import { cases } from './cases.mjs';
import { createEnv } from './env.mjs';

/** Runs the cases one after the other and reports each as it ends; `lacks` says what this runtime cannot do, and why. */
export const runSuite = async (config, report) => {
  const env = createEnv(config);
  for (const [name, run] of Object.entries(cases)) {
    const why = config.lacks[name];
    const outcome = why ? { status: 'n/a', detail: why } : await attempt(run, env);
    await report({ case: name, ...outcome });
  }
  await report({ case: null, status: 'end' });
};

const attempt = async (run, env) => {
  const started = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the case took more than 20 s')), 20_000);
  });
  try {
    await Promise.race([run(env), late]);
    return { status: 'pass', ms: Date.now() - started };
  } catch (error) {
    return { status: 'fail', ms: Date.now() - started, detail: String(error?.stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
};
