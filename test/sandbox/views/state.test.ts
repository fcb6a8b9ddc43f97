import { describe, expect, test } from 'vitest';
import { createManualClock, createSandbox } from '../../../src/sandbox/index.js';

const create = (seed?: string | number) => createSandbox({ clock: createManualClock(), seed });

describe('the state', () => {
  test('cannot be changed from outside', () => {
    const { state } = create();
    (state.users as unknown[]).pop();
    Object.assign(state.rooms[0]!, { name: 'changed' });
    expect(state.users).toHaveLength(4);
    expect(state.rooms[0]!.name).toBe('General');
  });
});
