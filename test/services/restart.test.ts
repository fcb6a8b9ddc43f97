import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveSandbox } from '../../src/sandbox/node.js';
import { bundle } from './bundle.js';
import { start } from './support.js';

const EVENTS = Number(process.env['EVENTS'] ?? 10_000);

test.each(['poll', 'sse'] as const)(
  `by %s each of ${EVENTS} events is handled although the robot is restarted by SIGTERM three times`,
  async (transport) => {
    const served = (await serveSandbox({ pollHoldMs: 5000 }))._unsafeUnwrap();
    onTestFinished(() => served.close());
    const { sandbox, url } = served;
    const folder = mkdtempSync(join(tmpdir(), 'lagclient-restart-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const robot = sandbox.addRobot({ delivery: transport, events: ['voice.join'] });
    const room = sandbox.addRoom().id;
    const program = await bundle('programs/robot.ts', 'node');
    const handled: string[] = [];
    const env = {
      BASE_URL: url,
      ROBOT_KEY: robot.token,
      TRANSPORT: transport,
      STATE_FILE: join(folder, 'last-event-id'),
    };
    const run = async () => {
      let robot: ReturnType<typeof start> | undefined;
      // Before it is ready, a signal would end it at once.
      await new Promise<void>((resolve) => {
        robot = start(program, env, (line) => (line === 'ready' ? resolve() : handled.push(line)));
      });
      return robot!;
    };
    let made = 0;
    // Steady events, no more of them open than a server keeps for a robot.
    const make = async (until: number) => {
      while (made < until) {
        for (let burst = 0; burst < 7 && made < until && made - handled.length < 900; burst++)
          sandbox.joinVoice({ roomId: room, userId: String(made++) });
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    };
    let current = await run();
    // A stream has nothing to resume from before its first event.
    await expect
      .poll(() => sandbox.requests.some(({ path }) => path.includes('/events/')), { timeout: 20_000 })
      .toBe(true);
    for (const part of [0.25, 0.5, 0.75]) {
      await make(EVENTS * part);
      const going = make(EVENTS * part + 200);
      current.child.kill('SIGTERM');
      expect(await current.ended).toBe(0);
      current = await run();
      await going;
    }
    await make(EVENTS);
    await expect.poll(() => handled.length, { timeout: 120_000 }).toBe(EVENTS);
    current.child.kill('SIGTERM');
    expect(await current.ended).toBe(0);
    expect(handled).toEqual(Array.from({ length: EVENTS }, (_, index) => String(index)));
  },
);
