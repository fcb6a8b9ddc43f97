import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sized } from '../../support/runs.js';
import { commands, create, look, type Command } from './commands.js';

describe('whatever users and a robot do', () => {
  test('the sandbox answers as a model of the documentation does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (sequence) => {
        await fc.asyncModelRun(create, [...sequence, look()]);
      }),
      { numRuns: sized(20, 400) },
    );
  });

  test('the same calls after the same seed get the same responses', async () => {
    const replay = async (sequence: Iterable<Command>) => {
      const made = create();
      await fc.asyncModelRun(() => made, sequence);
      const { requests, state } = made.real.sandbox;
      // Ids of events are the exception: they never come again.
      const events = state.robots.flatMap(({ kept }) => kept.map(({ id }) => id));
      const numbers = new Map(events.map((id, index) => [id, `event ${index}`]));
      return JSON.stringify([requests, state], (_, value) => numbers.get(value) ?? value);
    };
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 30 }), async (sequence) => {
        const list = [...sequence];
        expect((await replay(list)) === (await replay(list))).toBe(true);
      }),
      { numRuns: sized(10, 100) },
    );
  });
});
