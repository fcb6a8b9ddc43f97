// Runs a GitHub workflow on this machine: its scripts as they stand, and what its actions do as far as the release uses
// them. GitHub's identity service and npm are played by a server on loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';

/** actions/attest refuses larger lists of parts. */
const MAX_SBOM_BYTES = 16 * 1024 * 1024;

const requireThat = (condition, message) => {
  if (!condition) throw new Error(message);
};

/** Runs a script as GitHub does: in bash, up to the first command that fails. Returns what it printed. */
export const runScript = async (script, { cwd, env }) => {
  const child = spawn('bash', ['-e', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  requireThat(code === 0, `${script.trim()}\nended with ${code}:\n${output}`);
  return output;
};

/** The environment of a job: nothing of npm's, which may have started this, and no credentials of this machine. */
export const environmentOf = ({ home, variables }) => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|GITHUB_|ACTIONS_)/i.test(name)),
  ),
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  HOME: home,
  ...variables,
});

const escapeText = (text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** The files of a folder that a pattern such as `lagclient-*.tgz` names. */
const filesLike = (pattern, cwd) => {
  const expression = new RegExp(
    `^${pattern
      .split('*')
      .map(RegExp.escape ?? escapeText)
      .join('[^/]*')}$`,
  );
  return readdirSync(cwd).filter((name) => expression.test(name));
};

const patternsOf = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** What the actions do here. Each gets the inputs of its step and the job it is in. */
const ACTIONS = {
  'actions/checkout': async (inputs, { cwd, env, origin }) => {
    requireThat(inputs['persist-credentials'] === false, 'checkout would leave its token in the working folder');
    const depth = inputs['fetch-depth'] === 0 ? '' : '--depth=1';
    await runScript(`git clone --quiet --no-local ${depth} "${origin}" . && git checkout --quiet "$GITHUB_REF_NAME"`, {
      cwd,
      env,
    });
  },
  'actions/setup-node': async () => {},
  'actions/upload-artifact': async (inputs, { cwd, artifacts }) => {
    requireThat(inputs['if-no-files-found'] === 'error', 'an artifact without files would not be noticed');
    const folder = join(artifacts, inputs.name);
    mkdirSync(folder, { recursive: true });
    for (const pattern of patternsOf(inputs.path)) {
      const files = filesLike(pattern, cwd);
      requireThat(files.length > 0, `no file is like ${pattern}`);
      for (const file of files) cpSync(join(cwd, file), join(folder, basename(file)));
    }
  },
  'actions/download-artifact': async (inputs, { cwd, artifacts }) => {
    cpSync(join(artifacts, inputs.name), cwd, { recursive: true });
  },
  'actions/attest': async (inputs, { cwd, job }) => {
    for (const scope of ['id-token', 'attestations'])
      requireThat(job.permissions?.[scope] === 'write', `an attestation needs \`${scope}: write\``);
    requireThat(filesLike(inputs['subject-path'], cwd).length === 1, `not one file is like ${inputs['subject-path']}`);
    const file = join(cwd, inputs['sbom-path']);
    requireThat(statSync(file).size <= MAX_SBOM_BYTES, 'the list of parts is too large to be attested');
    const { bomFormat, serialNumber, specVersion } = JSON.parse(readFileSync(file, 'utf8'));
    requireThat(bomFormat === 'CycloneDX' && serialNumber && specVersion, 'the list of parts is not CycloneDX');
  },
};

/** Plays GitHub's identity service and the npm registry, for a package that was never published. */
export const openRegistry = async () => {
  const seen = { identityRequests: 0, exchangedIdentities: [] };
  const idToken = ['{}', JSON.stringify({ repository_visibility: 'public' }), '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    request.resume();
    if (pathname === '/identity' && request.headers.authorization === 'Bearer request-token') {
      seen.identityRequests++;
      answer(200, { value: idToken });
    } else if (request.method === 'POST' && pathname.startsWith('/-/npm/v1/oidc/token/exchange/package/')) {
      const isOurs = request.headers.authorization === `Bearer ${idToken}`;
      if (isOurs) seen.exchangedIdentities.push(pathname.split('/').at(-1));
      answer(isOurs ? 200 : 401, { token: 'publish-token' });
    } else answer(404, { error: 'not found' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, seen, close: () => server.close() };
};

/**
 * Runs a job.
 *
 * @param name The job's name in `workflow`.
 * @param standIns What runs in place of steps that are themselves what runs this; by their script.
 * @returns What each script printed, by the script.
 */
export const runJob = async (workflow, name, { work, home, origin, artifacts, variables, registry, standIns, log }) => {
  const job = workflow.jobs[name];
  const cwd = join(work, name);
  mkdirSync(cwd, { recursive: true });
  // GitHub offers an identity to those jobs only that may have one.
  const identity = job.permissions?.['id-token'] === 'write' && {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${registry.url}/identity?for=job`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  };
  const env = environmentOf({ home, variables: { ...variables, ...identity } });
  const printed = {};
  for (const step of job.steps) {
    const title = step.name ?? step.run?.trim() ?? step.uses;
    requireThat(!step.if && !step.env && !step.shell, `the step "${title}" has what this cannot play`);
    const started = performance.now();
    if (step.uses) {
      const action = ACTIONS[step.uses.split('@')[0]];
      requireThat(action, `${step.uses} cannot be played`);
      await action(step.with ?? {}, { cwd, env, job, origin, artifacts });
    } else {
      const standIn = standIns[step.run];
      if (standIn) log(`  in place of \`${step.run}\`: ${standIn}`);
      printed[step.run] = await runScript(standIn ?? step.run, { cwd, env });
    }
    log(`  ${name}: ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
  return { cwd, printed };
};
