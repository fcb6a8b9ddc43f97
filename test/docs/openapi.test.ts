import { expect, test } from 'vitest';
import { makeOpenApi } from '../../docs/scripts/openapi.mjs';
import * as schemas from '../../src/schemas.js';
import { OPERATIONS } from '../operations.table.js';

const description = makeOpenApi({ table: OPERATIONS, schemas });

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
