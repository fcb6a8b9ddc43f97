import type fc from 'fast-check';

/** A promise of the package, for arbitrary input. */
export interface Property {
  readonly name: string;
  /** Cases of it among all cases, relative to the other properties. */
  readonly share: number;
  readonly make: () => fc.IRawProperty<unknown, boolean>;
}
