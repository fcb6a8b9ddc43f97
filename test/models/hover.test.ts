import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';

// What an editor shows over a name, from the declarations that are published: those of src, with all comments.
const root = fileURLToPath(new URL('../../', import.meta.url));
const file = `${root}test/models/hovered.ts`;
const code = `
import { getServer, listRoomMessages, sendRoomMessage, type UserContext } from '../../src/index.js';
import { RoomSchema } from '../../src/schemas.js';
import * as v from 'valibot';

export const use = async (ctx: UserContext) => {
  const server = (await getServer(ctx, 's1'))._unsafeUnwrap();
  for (const member of server.members) member.status;
  for (const room of server.rooms) {
    room.participants;
    room.id;
    room.maxParticipants;
    v.parse(RoomSchema, room).serverId;
  }
  const page = (await listRoomMessages(ctx, 's1', 'r1'))._unsafeUnwrap();
  page.nextCursor;
  for (const message of page.messages) {
    message.editedAt;
    message.robotId;
  }
  sendRoomMessage(ctx, 's1', 'r1', { replyToId: 'm1' });
};
`;

/** The signature and the documentation of the last place where a text occurs in the code. */
let hover: (text: string) => { readonly signature: string; readonly documentation: string };

beforeAll(() => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = name === file ? code : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  expect(service.getSemanticDiagnostics(file).map(({ messageText }) => messageText)).toEqual([]);
  hover = (text) => {
    const info = service.getQuickInfoAtPosition(file, code.lastIndexOf(text) + text.length - 1);
    return {
      signature: ts.displayPartsToString(info?.displayParts),
      documentation: ts.displayPartsToString(info?.documentation),
    };
  };
}, 60_000);

describe('an editor', () => {
  test.each<[string, string, string]>([
    ['server.rooms', '(property) ServerDetails.rooms: Room[]', ''],
    ['server.members', '(property) ServerDetails.members: ServerMember[]', ''],
    ['member.status', '(property) ServerMember.status: Open<UserStatus>', ''],
    ['room.participants', '(property) Room.participants: Participant[]', 'Who is in the voice call now.'],
    ['room.id', '(property) Room.id: RoomId', ''],
    [
      'room.maxParticipants',
      '(property) Room.maxParticipants: number | null',
      'How many users fit in the voice call; `null` for no limit.',
    ],
    [
      'message.editedAt',
      '(property) RoomMessage.editedAt?: string | null | undefined',
      'ISO 8601; absent or `null` if the message was never edited.',
    ],
    ['message.robotId', '(property) RoomMessage.robotId?: RobotId | null | undefined', 'The robot that sent it.'],
    ['page.messages', '(property) MessagePage<RoomMessage>.messages: RoomMessage[]', ''],
    [
      'page.nextCursor',
      '(property) MessagePage<RoomMessage>.nextCursor?: string | null | undefined',
      'The `cursor` for the page before this one; `null` or absent on the last page.',
    ],
    [
      'replyToId',
      '(property) SendRoomMessageBody.replyToId?: MessageId | undefined',
      'The message that this one replies to.',
    ],
  ])('shows named types and the documentation of %s', (text, signature, documentation) => {
    expect(hover(text)).toEqual({ signature, documentation });
  });

  test('shows the name of an id in what a schema parsed', () => {
    expect(hover('.serverId').signature).toContain('ServerId');
  });

  test('shows the named parameters and the named result of an operation', () => {
    const { signature } = hover('sendRoomMessage');
    expect(signature).toContain('serverId: ServerId, roomId: RoomId, body: SendRoomMessageBody');
    expect(signature).toContain('LagResult<RoomMessage>');
  });
});
