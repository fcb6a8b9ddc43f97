/** The fields of any value, of which nothing is known; primitives have none of their own. Getters may throw. */
export const fieldsOf = (value: unknown): Readonly<Partial<Record<string, unknown>>> =>
  Object(value) as Readonly<Partial<Record<string, unknown>>>; // any object has fields by name, and each is unknown
