import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** The part of src that a file belongs to: its folder, or itself. */
const partOf = (file) => (file.includes('/') ? file.split('/')[0] : file.replace('.ts', ''));

/** Whether an import or export names only types, all at once or one by one. */
const isTypeOnly = (statement) => {
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
  if (!clause || clause.isTypeOnly) return Boolean(clause);
  // `import thing, { type Other }`.
  if (ts.isImportClause(clause) && clause.name) return false;
  const names = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause;
  return Boolean(names?.elements?.length) && names.elements.every((element) => element.isTypeOnly);
};

/** The source files that a source file imports or exports from. */
const importsOf = (file) => {
  const { statements } = ts.createSourceFile(file, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest);
  return statements
    .filter((statement) => statement.moduleSpecifier?.text.startsWith('.'))
    .map((statement) => ({
      file: join(dirname(file), statement.moduleSpecifier.text.replace(/\.js$/, '.ts')),
      isType: isTypeOnly(statement),
    }));
};

/** The imports between the parts of src: `{ from, to, count, isType }`, where `isType` means that all are of types. */
export const readImportGraph = () => {
  const edges = new Map();
  for (const file of readdirSync(src, { recursive: true }).filter((name) => name.endsWith('.ts')))
    for (const imported of importsOf(file)) {
      const [from, to] = [partOf(file), partOf(imported.file)];
      if (from === to) continue;
      const edge = edges.get(`${from} ${to}`) ?? { from, to, count: 0, isType: true };
      edges.set(`${from} ${to}`, { ...edge, count: edge.count + 1, isType: edge.isType && imported.isType });
    }
  return [...edges.entries()].toSorted(([a], [b]) => a.localeCompare(b)).map(([, edge]) => edge);
};
