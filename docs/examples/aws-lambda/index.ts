import { createContext, sendRoomMessage } from 'lagclient';

const { LAG_ROBOT_KEY = '', LAG_SERVER_ID = '', LAG_ROOM_ID = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { deadlineMs: 10_000 });

interface FunctionUrlEvent {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export const handler = async (event: FunctionUrlEvent): Promise<{ statusCode: number; body: string }> => {
  if (event.requestContext.http.method !== 'POST') return { statusCode: 405, body: '' };
  const content = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
  const sent = await sendRoomMessage(ctx, LAG_SERVER_ID, LAG_ROOM_ID, { content });
  return sent.match(
    ({ id }) => ({ statusCode: 201, body: JSON.stringify({ id }) }),
    (error) => ({ statusCode: error.status ?? 502, body: JSON.stringify({ error: error.kind }) }),
  );
};
