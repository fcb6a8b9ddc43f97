// Stands in for src/models/model.ts where schemas are to be read: these check nothing, and say what they are made of.

interface Described {
  readonly type: string;
  readonly parts?: unknown;
}

const described =
  (type: string) =>
  (parts: unknown): Described => ({ type, parts });

export const primitive = (type: string): Described => ({ type });
export const maybe = described('nullable');
export const optional = described('optional');
export const model = described('object');
export const list = described('array');
export const dictionary = described('dictionary');
