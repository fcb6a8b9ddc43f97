import { QueryClientProvider } from '@tanstack/react-query';
import { createContext, xhrTransport, type UserContext } from 'lagclient';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Chat } from './chat';
import { Friends } from './friends';
import { queryClient } from './query-client';
import { useToasts } from './toasts';

/** Everyone pastes a token of their own: whatever is in the bundle, everyone can read. */
const App = () => {
  const [ctx, setCtx] = useState<UserContext>();
  const toasts = useToasts();
  return (
    <QueryClientProvider client={queryClient}>
      {ctx ? (
        <>
          <Friends ctx={ctx} />
          <Chat ctx={ctx} />
        </>
      ) : (
        <form
          action={(fields) =>
            setCtx(
              createContext(String(fields.get('token')), {
                baseUrl: import.meta.env.VITE_LAG_URL,
                // For the progress of uploads.
                transport: xhrTransport(),
              }),
            )
          }
        >
          <input name="token" aria-label="Token" />
          <button>Log in</button>
        </form>
      )}
      <output>
        {toasts.map((text, index) => (
          <p key={index}>{text}</p>
        ))}
      </output>
    </QueryClientProvider>
  );
};

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
