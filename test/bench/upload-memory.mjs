// What uploading 25 MiB from a path adds to the resident memory of a process whose connection is idle.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { median, withFolder } from './measure.mjs';

const CONTEXTS = {
  'lagclient, `undiciTransport`': 'createContext(token, { ...options, transport: undiciTransport() })',
  'lagclient, default': 'createContext(token, options)',
};

const source = (context, baseUrl, small, large) => `
  import { readFileSync } from 'node:fs';
  import { createContext } from 'lagclient';
  import { undiciTransport, uploadImageFile } from 'lagclient/node';
  const token = 'lag_pat_benchmark';
  const options = { baseUrl: ${JSON.stringify(baseUrl)} };
  const ctx = ${context};
  const peakMb = () => Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
  for (let n = 0; n < 5; n++) await uploadImageFile(ctx, ${JSON.stringify(small)}, { purpose: 'chat' });
  const idleMb = peakMb();
  const { error } = await uploadImageFile(ctx, ${JSON.stringify(large)}, { purpose: 'chat' });
  if (error.status !== 201) throw error;
  console.log(peakMb() - idleMb);`;

const run = async (file) => {
  // V8 compiles the parser of HTTP anew at a time of its choice, which takes 30 MB for a moment.
  const child = spawn(process.execPath, ['--liftoff-only', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the upload ended with ${code}`);
  return Number(output);
};

/** `{ [what]: megabytes }`; nothing where the system does not tell. */
export const benchUploadMemory = async ({ rounds }) => {
  if (!existsSync('/proc/self/status')) return {};
  const server = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(201).end('{}')),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  try {
    return await withFolder(async (folder) => {
      const [small, large, program] = ['small.png', 'large.png', 'upload.mjs'].map((name) => join(folder, name));
      writeFileSync(small, Buffer.alloc(1000));
      writeFileSync(large, Buffer.alloc(25 * 1024 * 1024));
      const report = {};
      for (const [name, context] of Object.entries(CONTEXTS)) {
        writeFileSync(program, source(context, baseUrl, small, large));
        const raised = [];
        for (let round = 0; round < rounds; round++) raised.push(await run(program));
        report[name] = median(raised);
      }
      return report;
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
};
