import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RobotContext, UserContext } from '../../src/context.js';
import type { LagErrorKind } from '../../src/errors.js';
import * as lag from '../../src/index.js';
import type { LagResult } from '../../src/pipeline/types.js';
import { createManualClock, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox, type ServedSandbox } from '../../src/sandbox/node.js';
import { OPERATIONS } from '../operations.table.js';
import { errorOf, valueOf } from '../support/results.js';

// Every operation against the sandbox over real HTTP, through the public functions: where it works, and where it does not.

/** A sandbox of its own for each test, with a context for each of its users. */
export interface Scene extends Sandbox {
  readonly ada: UserContext;
  readonly ben: UserContext;
  readonly cleo: UserContext;
  readonly dan: UserContext;
  readonly robot: RobotContext;
  /** With a token that nobody has. */
  readonly stranger: UserContext;
  /** Moves the sandbox's clock. */
  readonly pass: (ms: number) => Promise<void>;
}

/** What is refused, the kind of the error, and the call. */
export type Refused = readonly [what: string, kind: LagErrorKind, call: (scene: Scene) => LagResult<unknown>];

export interface Scenario {
  /** The title of the test where it works: a verb with its object. */
  readonly does: string;
  readonly works: (scene: Scene) => Promise<void>;
  readonly refuses: readonly Refused[];
}

/** Tests each operation of a resource. None may be missing. */
export const describeOperations = (resource: string, scenarios: Readonly<Record<string, Scenario>>): void => {
  let served: ServedSandbox;
  let scene: Scene;

  beforeEach(async () => {
    served = (await serveSandbox({ clock: createManualClock() }))._unsafeUnwrap();
    const { sandbox, url: baseUrl } = served;
    const { tokens } = sandbox;
    const options = { baseUrl, maxRetries: 0 };
    scene = {
      ...sandbox,
      ada: lag.createContext(tokens.ada, options),
      ben: lag.createContext(tokens.ben, options),
      cleo: lag.createContext(tokens.cleo, options),
      dan: lag.createContext(tokens.dan, options),
      robot: lag.createContext(tokens.robot, options),
      stranger: lag.createContext('lag_pat_unknown', options),
      pass: (ms) => sandbox.clock.advance(ms),
    };
  });

  afterEach(() => served.close());

  test(`every operation of ${resource} has a scenario`, () => {
    const names = OPERATIONS.filter((operation) => operation.resource === resource).map(({ name }) => name);
    expect(new Set(Object.keys(scenarios))).toEqual(new Set(names));
  });

  for (const [name, { does, works, refuses }] of Object.entries(scenarios))
    describe(name, () => {
      test(does, () => works(scene));

      test.each(refuses)('refuses %s, with an error of kind %s', async (_what, kind, call) => {
        const refused = call(scene);
        // No request has arrived yet.
        const before = JSON.stringify(scene.state);
        expect(await errorOf(refused)).toMatchObject({ kind, requestId: expect.stringMatching(/./) });
        // A refused request changes nothing. Requests before it may have.
        if (scene.requests.length === 1) expect(JSON.stringify(scene.state) === before).toBe(true);
      });
    });
};

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const inDays = (days: number) => new Date(createManualClock().now() + days * DAY_MS).toISOString();

export const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
);

/** A refusal that every route has which needs a token. */
export const unauthorized = (call: (scene: Scene & { me: UserContext }) => LagResult<unknown>): Refused => [
  'an unknown token',
  'auth',
  (scene) => call({ ...scene, me: scene.stranger }),
];

export const general = ({ ids }: Scene) => [ids.server, ids.rooms.general] as const;
export const quiet = ({ ids }: Scene) => [ids.server, ids.rooms.quiet] as const;

/** Sends a message to the quiet room, as ben unless told otherwise. */
export const say = (scene: Scene, by: lag.LagContext = scene.ben, content = 'hello') =>
  valueOf(lag.sendRoomMessage(by, ...quiet(scene), { content }));

/** A message of that user in the room General. */
export const messageOf = ({ state, ids }: Scene, userId: string) =>
  state.messages.find((message) => message.roomId === ids.rooms.general && message.userId === userId)!.id;

export const dmMessageOf = ({ state, ids }: Scene, userId: string) =>
  state.dmMessages.find((message) => message.conversationId === ids.dm && message.userId === userId)!.id;

export const uploadDot = (scene: Scene) => valueOf(lag.uploadImage(scene.ben, png, { purpose: 'chat', alt: 'a dot' }));

/** Makes ada and cleo friends. */
export const acceptCleo = async (scene: Scene) => {
  await valueOf(lag.acceptFriendRequest(scene.ada, scene.ids.friendRequest));
};
