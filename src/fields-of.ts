type Fields = Readonly<Partial<Record<string, unknown>>>;

/**
 * The fields of any value, of which nothing is known; primitives have none of their own. Getters may throw. What comes from
 * `Object.prototype` is no field.
 */
export const fieldsOf = (value: unknown): Fields => {
  const object = Object(value) as Fields; // any object has fields by name, and each is unknown
  return isPolluted() ? new Proxy(object, { get: readUnlessInherited }) : object;
};

const isPolluted = (): boolean => {
  for (const _ in Object.prototype) return true;
  return false;
};

const readUnlessInherited = (object: Fields, name: string): unknown =>
  Object.hasOwn(Object.prototype, name) && !Object.hasOwn(object, name) ? undefined : object[name];
