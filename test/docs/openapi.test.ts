import { readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { makeOpenApi } from '../../docs/scripts/openapi.mjs';
import { OPERATIONS } from '../operations.table.js';
import { root } from './snippets.js';

// With a `model.ts` that tells instead of checking.
const { outputFiles } = await build({
  stdin: {
    contents: readdirSync(`${root}src/models`)
      .map((file) => `export * from './src/models/${file}';`)
      .join('\n'),
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  write: false,
  plugins: [
    {
      name: 'described-model',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/model\.(js|ts)$/ }, () => ({ path: `${root}test/docs/described-model.ts` })),
    },
  ],
});
const schemas = (await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`)) as object;
const description = makeOpenApi({ table: OPERATIONS, schemas: { ...schemas } });

interface OpenApi {
  readonly paths: Record<string, Record<string, { readonly operationId: string; readonly responses: object }>>;
}
const { paths } = description as OpenApi;
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { operationId, responses }]) => ({ path, method, operationId, responses })),
);

test('docs/public/openapi.json says what the source says', async () => {
  // Meant to change? `npx vitest run test/docs/openapi.test.ts -u`.
  await expect(`${JSON.stringify(description, null, 2)}\n`).toMatchFileSnapshot('../../docs/public/openapi.json');
});

test.each(OPERATIONS)('$name is there as the contract has it', ({ name, method, path, robot, status }) => {
  const route = path.replace(/:(\w+)/g, '{$1}');
  const own = { method: method.toLowerCase(), responses: expect.objectContaining({ [status]: expect.anything() }) };
  // Two functions, one endpoint: it has the name of the plainer one.
  if (name === 'getIdentity') expect(operations).toContainEqual({ ...own, path: robot, operationId: name });
  else expect(operations).toContainEqual({ ...own, path: route, operationId: name });
  if (robot === 'rewrite')
    expect(operations).toContainEqual({ ...own, path: `/robots/@me${route}`, operationId: `${name}AsRobot` });
});

test('nothing is there that the contract does not have', () => {
  const known = new Set(
    OPERATIONS.flatMap(({ name, robot }) => (robot === 'rewrite' ? [name, `${name}AsRobot`] : [name])),
  );
  const extra = operations.map(({ operationId }) => operationId).filter((name) => !known.has(name));
  expect(extra).toEqual(['pollRobotEvents', 'streamRobotEvents']);
});
