import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { bundle } from './bundle.js';

export const { REDIS_PORT, POSTGRES_PORT, NODE_22 } = process.env;

/** Starts a bundled program with these variables; `onLine` gets what it prints. */
export const start = (
  file: string,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void = () => {},
): { readonly child: ChildProcess; readonly ended: Promise<number | null> } => {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', onLine);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended: new Promise((resolve) => child.once('close', resolve)) };
};

/** Serves a Worker of a bundled entry in workerd; gives its URL. */
export const startWorkerd = async (entry: string, options: object): Promise<string> => {
  const worker = await bundle(entry, 'browser');
  const host = fileURLToPath(new URL('programs/miniflare.mjs', import.meta.url));
  const child = spawn(NODE_22!, [host, worker, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('http')) resolve(line);
      else console.log(line);
    });
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
  });
};
