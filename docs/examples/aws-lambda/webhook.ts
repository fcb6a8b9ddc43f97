import { createContext } from 'lagclient';
import { createWebhookHandler, robotCommands } from 'lagclient/robots';

const { LAG_ROBOT_KEY, LAG_WEBHOOK_SECRET = '' } = process.env;
const ctx = createContext(LAG_ROBOT_KEY, { deadlineMs: 10_000 });

// No `waitUntil`: Lambda freezes whatever is under way once the handler has answered.
const receive = createWebhookHandler({
  secret: LAG_WEBHOOK_SECRET.split(' '),
  on: { 'room.message': robotCommands(ctx, { ping: () => 'pong' }) },
  onError: (error) => console.error(error.message),
});

/** What API Gateway (REST and HTTP APIs), function URLs and load balancers pass, as far as it is needed here. */
export interface HttpEvent {
  /** REST APIs and load balancers. */
  readonly httpMethod?: string;
  /** HTTP APIs and function URLs. */
  readonly requestContext?: { readonly http?: { readonly method: string } };
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** REST APIs, and load balancers that are set to it: those then leave `headers` out. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
}

export const handler = async (event: HttpEvent) => {
  const response = await receive(toRequest(event));
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
};

const toRequest = (event: HttpEvent): Request => {
  const method = event.requestContext?.http?.method ?? event.httpMethod ?? 'GET';
  const headers = new Headers();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
    if (values) headers.set(name, values.join(', '));
  for (const [name, value] of Object.entries(event.headers ?? {})) if (value !== undefined) headers.set(name, value);
  // The signature is over the very bytes.
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return new Request('https://lambda.example/', { method, headers, ...(method === 'POST' && { body }) });
};
