import inspect from 'object-inspect';

/** A value as a console shows it. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { isOk, isErr } = Object(value) as { isOk?: unknown; isErr?: unknown };
  if (typeof isOk === 'function' && typeof isErr === 'function') {
    const result = value as { isOk(): boolean; value?: unknown; error?: unknown };
    return result.isOk() ? `Ok(${show(result.value)})` : `Err(${show(result.error)})`;
  }
  if (value instanceof Error) {
    const { kind } = value as { kind?: unknown };
    return `${value.name}${typeof kind === 'string' ? ` ${kind}` : ''}: ${value.message}`;
  }
  const line = inspect(value, { depth: 6 });
  return line.length > 76 ? inspect(value, { depth: 6, indent: 2 }) : line;
};
