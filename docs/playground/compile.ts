import { init, parse } from 'es-module-lexer';
import { transform } from 'sucrase';

/** What a program imports: specifiers with the names that are taken from them. */
export type Imports = readonly (readonly [specifier: string, name: string])[];

/** A program as JavaScript whose imports are where `locate` says; throws an `Error` with a message for people. */
export const compile = async (
  code: string,
  locate: (specifier: string) => string | undefined,
): Promise<{ readonly code: string; readonly imports: Imports }> => {
  await init();
  let stripped: string;
  try {
    stripped = transform(code, {
      transforms: ['typescript'],
      disableESTransforms: true,
      keepUnusedImports: false,
    }).code;
  } catch (thrown) {
    throw new Error(String((thrown as Error).message).replace(/^Error transforming [^:]*: /, ''), { cause: thrown });
  }
  const imports: (readonly [string, string])[] = [];
  let built = '';
  let end = 0;
  for (const found of parse(stripped)[0]) {
    if (found.type === 'import-meta') continue;
    const target = found.specifier && locate(found.specifier);
    if (!target) throw new Error(`'${found.specifier ?? '…'}' is not there in the playground`);
    built += stripped.slice(end, found.start) + (found.type === 'dynamic' ? JSON.stringify(target) : target);
    end = found.end;
    for (const name of namesIn(stripped.slice(found.importStart, found.importEnd)))
      imports.push([found.specifier, name]);
  }
  return { code: built + stripped.slice(end), imports };
};

/** Of `import { a, b as c } from …`. */
const namesIn = (statement: string): string[] =>
  (/\{([^}]*)\}/.exec(statement)?.[1] ?? '')
    .split(',')
    .map((part) => part.trim().split(/\s+/)[0]!)
    .filter(Boolean);
