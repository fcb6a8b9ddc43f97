import { listFriends, orThrow, type Friend, type LagError, type UserContext } from 'lagclient';
import useSWR from 'swr';

/** The same with SWR: it takes a fetcher that throws, and the type of what is thrown. */
export const Friends = ({ ctx }: { readonly ctx: UserContext }) => {
  const { data, error } = useSWR<Friend[], LagError>('friends', () => orThrow(listFriends(ctx)), {
    shouldRetryOnError: false,
  });
  if (error) return <aside role="alert">{error.kind}</aside>;
  return <aside>Friends: {data?.map(({ user }) => user.username).join(', ')}</aside>;
};
