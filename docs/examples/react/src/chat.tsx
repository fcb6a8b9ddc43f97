import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import {
  getServer,
  listRoomMessages,
  listServers,
  orThrow,
  sendRoomMessage,
  type MessagePage,
  type RoomId,
  type RoomMessage,
  type ServerId,
  type UserContext,
} from 'lagclient';
import { useState } from 'react';
import { Upload } from './upload';

type History = InfiniteData<MessagePage<RoomMessage>>;

/** The user's first server, and its first room. */
export const Chat = ({ ctx }: { readonly ctx: UserContext }) => {
  const servers = useQuery({
    queryKey: ['servers'],
    queryFn: ({ signal }) => orThrow(listServers(ctx, { signal })),
  });
  const serverId = servers.data?.[0]?.id;
  const server = useQuery({
    queryKey: ['server', serverId],
    queryFn: ({ signal }) => orThrow(getServer(ctx, serverId ?? '', { signal })),
    enabled: serverId !== undefined,
  });
  if (servers.error) return <p role="alert">{servers.error.kind}</p>;
  const room = server.data?.rooms[0];
  if (!server.data || !room) return <p>Loading</p>;
  return (
    <section>
      <h1>
        {server.data.name}: {room.name}
      </h1>
      <Room ctx={ctx} serverId={server.data.id} roomId={room.id} />
    </section>
  );
};

interface RoomProps {
  readonly ctx: UserContext;
  readonly serverId: ServerId;
  readonly roomId: RoomId;
}

const Room = ({ ctx, serverId, roomId }: RoomProps) => {
  const history = useInfiniteQuery({
    queryKey: ['messages', roomId],
    queryFn: ({ pageParam: cursor, signal }) =>
      orThrow(listRoomMessages(ctx, serverId, roomId, { limit: 100, cursor }, { signal })),
    initialPageParam: undefined as string | undefined,
    // `null` on the last page, which TanStack Query takes for the end.
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  // Pages go back in time; inside of one the oldest message is first.
  const messages = history.data?.pages.toReversed().flatMap((page) => page.messages) ?? [];
  return (
    <>
      {history.hasNextPage && (
        <button disabled={history.isFetching} onClick={() => void history.fetchNextPage()}>
          Older
        </button>
      )}
      <ol>
        {messages.map(({ id, username, content, image }) => (
          <li key={id} className={id.startsWith('pending-') ? 'pending' : 'sent'}>
            {username}: {content} {image?.url && '(image)'}
          </li>
        ))}
      </ol>
      <Send ctx={ctx} serverId={serverId} roomId={roomId} />
      <Upload ctx={ctx} serverId={serverId} roomId={roomId} />
    </>
  );
};

/** Shows a message before Lag has it, and takes it back if the call fails. */
const Send = ({ ctx, serverId, roomId }: RoomProps) => {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const key = ['messages', roomId];
  const send = useMutation({
    mutationFn: (content: string) => orThrow(sendRoomMessage(ctx, serverId, roomId, { content })),
    onMutate: async (content) => {
      await client.cancelQueries({ queryKey: key });
      const pending = pendingMessage(roomId, content);
      client.setQueryData<History>(key, (history) => history && changeNewest(history, (all) => [...all, pending]));
      return pending.id;
    },
    onSuccess: (sent, _, pendingId) => {
      client.setQueryData<History>(
        key,
        (history) => history && changeNewest(history, (all) => all.map((one) => (one.id === pendingId ? sent : one))),
      );
    },
    onError: (_error, _content, pendingId) => {
      client.setQueryData<History>(
        key,
        (history) => history && changeNewest(history, (all) => all.filter(({ id }) => id !== pendingId)),
      );
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate(text);
        setText('');
      }}
    >
      <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      <button>Send</button>
    </form>
  );
};

const changeNewest = (history: History, change: (messages: RoomMessage[]) => RoomMessage[]): History => ({
  ...history,
  pages: history.pages.map((page, index) => (index === 0 ? { ...page, messages: change(page.messages) } : page)),
});

const pendingMessage = (roomId: RoomId, content: string): RoomMessage => ({
  id: `pending-${crypto.randomUUID()}`,
  roomId,
  userId: null,
  username: 'you',
  displayName: null,
  avatarUrl: null,
  content,
  createdAt: new Date().toISOString(),
});
