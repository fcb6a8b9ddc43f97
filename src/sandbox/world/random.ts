/** Ids, keys and choices that repeat exactly for one seed. */
export interface Random {
  /** From 0 up to, not including, `below`. */
  integer(below: number): number;
  /** Letters and digits. */
  text(length: number): string;
  /** In the shape of a UUID. */
  id(): string;
}

export const createRandom = (seed: string | number): Random => {
  let state = 0x811c9dc5;
  for (const char of String(seed)) state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193);
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const hex = () => next().toString(16).padStart(8, '0');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const integer = (below: number) => next() % below;
  return {
    integer,
    text: (length) => Array.from({ length }, () => alphabet[integer(alphabet.length)]).join(''),
    id: () => {
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      const variant = '89ab'[parseInt(c[0]!, 16) % 4];
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
};
