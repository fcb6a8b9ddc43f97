// More than any server replays.
const MAX_REMEMBERED = 5000;

// Longer ones could not travel in a header.
const MAX_ID_LENGTH = 1000;

/** Remembers the ids of the latest events. */
export interface RecentIds {
  /** Whether an event with this id was seen before; remembers it if not. Events without an id are all different. */
  isRepeated(id: string): boolean;
}

export const createRecentIds = (): RecentIds => {
  const ids = new Set<string>();
  return {
    isRepeated: (id) => {
      // Long ids would fill the memory: events that have one may come twice after a reconnect.
      if (id === '' || id.length > MAX_ID_LENGTH) return false;
      if (ids.has(id)) return true;
      ids.add(flatCopy(id));
      const [oldest] = ids;
      if (ids.size > MAX_REMEMBERED && oldest !== undefined) ids.delete(oldest);
      return false;
    },
  };
};

/** A copy of a text that does not keep the text alive from which it was cut, as engines do with slices. */
export const flatCopy = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));

/**
 * An event id as the value of the header `last-event-id`: its UTF-8 bytes, one character each. `undefined` if the id
 * cannot travel in a header.
 */
export const toHeaderValue = (id: string): string | undefined => {
  if (id === '' || id.length > MAX_ID_LENGTH) return undefined;
  const bytes = new TextEncoder().encode(id);
  // Platforms refuse control characters, and cut spaces at the ends.
  if (id.trim() !== id || bytes.some((byte) => byte < 0x20 || byte === 0x7f)) return undefined;
  return String.fromCharCode(...bytes);
};
