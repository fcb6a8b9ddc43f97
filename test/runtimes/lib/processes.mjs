import { spawn } from 'node:child_process';

/** Runs a program to its end; never rejects. A line of standard output goes to `onLine` as it comes. */
export const execute = (command, args, { onLine, input, timeoutMs = 120_000, ...options } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    let [stdout, stderr, rest, why] = ['', '', '', ''];
    const timer = setTimeout(() => {
      why = `\nstill running after ${timeoutMs} ms`;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      if (onLine) lines.forEach(onLine);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.stdin.on('error', () => {}).end(input ?? '');
    child.on('error', (error) => (why += error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (onLine && rest) onLine(rest);
      resolve({ ok: code === 0 && !why, code, stdout, stderr, output: (stdout + stderr + why).trim() });
    });
  });

/** Runs what is given, at most `width` at a time, in order of the list. */
export const pool = async (width, tasks) => {
  const queue = [...tasks];
  const worker = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await task();
  };
  await Promise.all(Array.from({ length: width }, worker));
};
