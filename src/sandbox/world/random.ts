/** A sequence of ids, keys and choices. */
export interface Random {
  /** From 0 up to, not including, `below`. */
  integer(below: number): number;
  /** Letters and digits. */
  text(length: number): string;
  /** In the form of a UUID. */
  id(): string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The same sequence for the same seed. */
export const createSeededRandom = (seed: string | number): Random => createSequence(seededIntegers(String(seed)));

/** A sequence that nobody can guess and that never comes again. */
export const createUniqueRandom = (): Random => createSequence(uniqueIntegers());

const createSequence = (next: () => number): Random => {
  const hex = () => next().toString(16).padStart(8, '0');
  const integer = (below: number) => next() % below;
  return {
    integer,
    text: (length) => Array.from({ length }, () => ALPHABET.charAt(integer(ALPHABET.length))).join(''),
    id: () => {
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      const variant = '89ab'.charAt(parseInt(c.charAt(0), 16) % 4);
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
};

// The multiplicative generator "minstd". Its products stay below 2 ** 53, so that they are exact.
const MODULUS = 2 ** 31 - 1;
const MULTIPLIER = 48_271;

/** Integers from 1 to 2 ** 31 - 2. */
const seededIntegers = (seed: string): (() => number) => {
  let state = 1;
  const advance = (): number => (state = (state * MULTIPLIER) % MODULUS);
  for (const char of seed) {
    state = ((state + (char.codePointAt(0) ?? 0)) % (MODULUS - 1)) + 1;
    advance();
  }
  return advance;
};

/** Integers of 32 bits from the host's source of secrets, which is asked for many at once, because asking is slow. */
const uniqueIntegers = (): (() => number) => {
  const buffer = new Uint32Array(256);
  let used = buffer.length;
  return () => {
    if (used === buffer.length) {
      crypto.getRandomValues(buffer);
      used = 0;
    }
    return buffer[used++] ?? 0;
  };
};
