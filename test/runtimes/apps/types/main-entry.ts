import { createContext, sendRoomMessage, type LagError } from 'lagclient';

export const failed = async (): Promise<LagError['kind'] | undefined> => {
  const sent = await sendRoomMessage(createContext('lag_pat_x'), 's', 'r', { content: 'hi' });
  return sent.isErr() ? sent.error.kind : undefined;
};
