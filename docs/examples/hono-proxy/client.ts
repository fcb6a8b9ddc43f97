import { hc } from 'hono/client';
import type { App } from './app.js';

/** The latest messages of a room, through the proxy: texts with their authors, or what went wrong. */
export const latest = async (baseUrl: string, roomId: string, fetch: typeof globalThis.fetch): Promise<string[]> => {
  const client = hc<App>(baseUrl, { fetch });
  const response = await client.rooms[':roomId'].messages.$get({ param: { roomId } });
  if (!response.ok) {
    const { error } = await response.json();
    return [`no messages: ${error}`];
  }
  const messages = await response.json();
  return messages.map(({ username, content }) => `${username}: ${content}`);
};
