// `npm run test:services`: what needs Redis, Postgres or workerd. Installs its packages and, as root on Debian, the servers;
// starts them on free ports in a temporary folder, and says what it skipped and why. Arguments go to vitest.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');
const work = mkdtempSync(join(tmpdir(), 'lagclient-services-'));
const skipped = [];
const stops = [];

const run = (command, args, options = {}) => spawnSync(command, args, { encoding: 'utf8', ...options });
const isRoot = process.getuid?.() === 0;
const find = (program) => run('sh', ['-c', `command -v ${program}`]).stdout.trim() || undefined;

const freePort = async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const installPackages = () => {
  const { status } = run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('npm ci failed in test/services');
};

const findPostgres = () => {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base) : [];
  return versions.map((version) => join(base, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
};

const installServers = () => {
  if ((find('redis-server') && findPostgres()) || !isRoot || !find('apt-get')) return;
  run('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  run('apt-get', ['install', '-yqq', '--no-install-recommends', 'redis-server', 'postgresql'], { stdio: 'ignore' });
};

/** Resolves when something listens on a port. */
const listening = async (port) => {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
};

const startRedis = async () => {
  const program = find('redis-server');
  if (!program)
    return void skipped.push('Redis: there is no redis-server, and it cannot be installed without root and apt');
  const port = await freePort();
  const child = spawn(
    program,
    ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', work],
    {
      stdio: 'ignore',
    },
  );
  stops.push(() => child.kill());
  await listening(port);
  process.env.REDIS_PORT = String(port);
};

const startPostgres = async () => {
  const bin = findPostgres();
  if (!bin) return void skipped.push('Postgres: it is not installed, and cannot be without root and apt');
  const port = await freePort();
  const data = join(work, 'postgres');
  // Postgres refuses to run as root.
  const as = (command) =>
    isRoot ? run('su', ['postgres', '-s', '/bin/sh', '-c', command], { cwd: '/' }) : run('sh', ['-c', command]);
  run('sh', ['-c', `mkdir -p ${data} && chmod 755 ${work}${isRoot ? ` && chown postgres ${data}` : ''}`]);
  const made = as(`${bin}/initdb -D ${data} -A trust -U postgres`);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${data} -c fsync=off`;
  const started = made.status === 0 && as(`${bin}/pg_ctl -D ${data} -w -l ${data}/log -o "${options}" start`);
  if (!started || started.status !== 0)
    return void skipped.push(`Postgres: it does not start: ${(started || made).stderr.trim()}`);
  stops.push(() => as(`${bin}/pg_ctl -D ${data} -m immediate stop`));
  process.env.POSTGRES_PORT = String(port);
};

const findNode22 = () => {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const aliased = join(here, 'node_modules/node22/bin/node');
  return existsSync(aliased) ? aliased : undefined;
};

let status = 1;
try {
  installPackages();
  installServers();
  await startRedis();
  await startPostgres();
  const node22 = findNode22();
  if (node22) process.env.NODE_22 = node22;
  else skipped.push('workerd: miniflare needs Node 22, and there is none for this platform');
  const types = run('npx', ['tsc', '-p', join(here, 'tsconfig.services.json')], { cwd: root, stdio: 'inherit' });
  const config = join(here, 'vitest.config.mjs');
  const tests = run('npx', ['vitest', 'run', '--config', config, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  status = types.status === 0 ? tests.status : 1;
} finally {
  for (const stop of stops) stop();
  rmSync(work, { recursive: true, force: true });
  for (const reason of skipped) console.log(`skipped ${reason}`);
}
process.exitCode = status ?? 1;
