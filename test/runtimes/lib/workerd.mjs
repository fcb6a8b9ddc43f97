import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { writeFile } from 'node:fs/promises';

const require = createRequire(import.meta.url);
const workerd = require('workerd').default;

/**
 * Serves a bundled module worker that may reach loopback and has these variables; `use` gets its URL. Answers what that
 * does, and what was printed.
 */
export const withWorker = async (bundle, use, variables = {}) => {
  const bindings = Object.entries(variables).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  const folder = dirname(bundle);
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "loopback", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "${basename(bundle)}")],
  compatibilityDate = "2026-10-01",
  globalOutbound = "loopback",
  bindings = [${bindings.join(', ')}],
);
`;
  const file = join(folder, `${basename(bundle)}.capnp`);
  await writeFile(file, config);
  const child = spawn(workerd, ['serve', file, '--control-fd=3'], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  try {
    const port = await new Promise((resolve, reject) => {
      let said = '';
      child.stdio[3].setEncoding('utf8').on('data', (text) => {
        said += text;
        const found = /"socket":"http","port":(\d+)/.exec(said);
        if (found) resolve(found[1]);
      });
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`workerd ended with ${code}\n${printed}`)));
    });
    const value = await use(`http://127.0.0.1:${port}/`);
    return { value, printed };
  } finally {
    child.kill();
  }
};
