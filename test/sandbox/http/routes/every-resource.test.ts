import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../../operations.table.js';

test('every resource has a test of its operations', () => {
  const tested = readdirSync('test/sandbox/http/routes').map((file) => file.replace('.test.ts', ''));
  const resources = new Set(OPERATIONS.map(({ resource }) => (resource === 'events' ? 'server-events' : resource)));
  for (const resource of resources) expect(tested).toContain(resource);
});
