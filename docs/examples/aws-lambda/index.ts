import { createContext, httpStatusOf, sendRoomMessage } from 'lagclient';

const {
  LAG_BASE_URL: baseUrl = 'https://api.trylag.com',
  LAG_ROBOT_KEY = '',
  LAG_SERVER_ID = '',
  LAG_ROOM_ID = '',
} = process.env;
if (LAG_ROBOT_KEY.includes('_sandbox') && baseUrl.includes('trylag.com'))
  throw new Error('LAG_ROBOT_KEY is of a sandbox: set LAG_BASE_URL to the address of the sandbox');
const ctx = createContext(LAG_ROBOT_KEY, { baseUrl, deadlineMs: 10_000 });

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
    (error) => ({ statusCode: httpStatusOf(error), body: JSON.stringify({ error: error.kind }) }),
  );
};
