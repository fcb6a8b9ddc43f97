import { inspect } from 'node:util';

/** Everything that a log, a debugger or a crash could make of a value. */
export const printsOf = (value: unknown): string =>
  [
    inspect(value, {
      showHidden: true,
      depth: Infinity,
      getters: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    }),
    inspect(value),
    JSON.stringify(value),
    String(value),
    ...fieldsOf(value, new Set()),
  ].join('\n');

/** Every text that can be reached from a value, through hidden fields, prototypes, symbols and causes. */
const fieldsOf = (value: unknown, seen: Set<unknown>): string[] => {
  if (typeof value === 'string') return [value];
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return [];
  seen.add(value);
  const texts = value instanceof Map || value instanceof Set ? [...value].flatMap((each) => fieldsOf(each, seen)) : [];
  for (const key of Reflect.ownKeys(value)) {
    texts.push(String(key));
    let field: unknown;
    try {
      field = (value as Record<PropertyKey, unknown>)[key];
    } catch {
      // A getter that wants another receiver.
    }
    texts.push(...fieldsOf(field, seen));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Function.prototype
    ? texts
    : [...texts, ...fieldsOf(prototype, seen)];
};
