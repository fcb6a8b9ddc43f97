import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

// What the workflows may do. Whether the release workflow works is shown by test/release/rehearsal.mjs, which runs it.

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(import.meta.dirname, '../../.github/workflows');
const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const workflows = files.map(({ name, text }) => ({ name: basename(name, '.yml'), workflow: parse(text) as Workflow }));
const jobs = workflows.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([job, definition]) => ({ id: `${name}/${job}`, job: definition })),
);
const stepsOf = (id: string): readonly Step[] => jobs.find((each) => each.id === id)!.job.steps;

test.each(files)('every action in $name is pinned to a commit, with its version beside it', ({ text }) => {
  const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
  expect(uses).not.toHaveLength(0);
  for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('an action is used at one commit only', () => {
  const commits = new Map<string, Set<string>>();
  for (const { text } of files)
    for (const [, action, commit] of text.matchAll(/uses: (\S+)@(.+)/g))
      commits.set(action!, (commits.get(action!) ?? new Set()).add(commit!));
  for (const [action, used] of commits) expect([action, [...used]]).toEqual([action, [[...used][0]]]);
});

test('no workflow has permissions of its own, and only these jobs may write', () => {
  for (const { name, workflow } of workflows) expect([name, workflow.permissions]).toEqual([name, {}]);
  const writing = jobs.flatMap(({ id, job }) =>
    Object.entries(job.permissions ?? {})
      .filter(([, access]) => access !== 'read')
      .map(([scope, access]) => `${id}: ${scope} ${access}`),
  );
  expect(writing.toSorted()).toEqual([
    'release/publish: attestations write',
    'release/publish: id-token write',
    'site/deploy: id-token write',
    'site/deploy: pages write',
  ]);
});

test('the job that publishes checks nothing out, installs nothing, and runs nothing but npm publish', () => {
  const steps = stepsOf('release/publish');
  expect(steps.flatMap(({ uses }) => (uses ? [uses.split('@')[0]] : []))).toEqual([
    'actions/setup-node',
    'actions/download-artifact',
    'actions/attest',
  ]);
  const commands = steps.flatMap(({ run }) => (run ? [run] : []));
  expect(commands).toEqual(['npm publish ./lagclient-*.tgz --provenance --access public']);
});

test('the release restores no cache, which a pull request could have filled', () => {
  for (const id of ['release/pack', 'release/publish'])
    for (const { uses, with: inputs } of stepsOf(id))
      if (uses?.startsWith('actions/setup-node@')) {
        expect(inputs).toMatchObject({ 'package-manager-cache': false });
        expect(inputs).not.toHaveProperty('cache');
      } else expect(uses ?? '').not.toContain('cache');
});

test('the job that deploys the site does only that', () => {
  const steps = stepsOf('site/deploy').map(({ uses, run }) => run ?? uses?.split('@')[0]);
  expect(steps).toEqual(['actions/deploy-pages']);
});

test('no checkout leaves credentials behind', () => {
  for (const { id, job } of jobs)
    for (const { uses, with: inputs } of job.steps)
      if (uses?.startsWith('actions/checkout@'))
        expect([id, inputs]).toEqual([id, expect.objectContaining({ 'persist-credentials': false })]);
});

test('no script contains an expression: values reach it through the environment', () => {
  for (const { id, job } of jobs) for (const { run } of job.steps) expect([id, run ?? '']).not.toContain('${{');
  for (const { job } of jobs) for (const { run } of job.steps) expect(run ?? '').not.toContain('${{');
});

test('every job ends after a time', () => {
  for (const { id, job } of jobs) expect([id, typeof job['timeout-minutes']]).toEqual([id, 'number']);
});

test('the unit tests run on Node 20 to 26 and on three systems', () => {
  const { job } = jobs.find(({ id }) => id === 'ci/unit')!;
  expect(job.strategy?.matrix).toEqual({
    os: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
    node: [20, 22, 24, 26],
  });
});
