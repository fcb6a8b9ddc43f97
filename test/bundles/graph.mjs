import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rollup/parseAst';

/**
 * What each top-level statement of the built modules refers to, by name alone and across modules: the code that an
 * export may bring into a bundle is what can be reached from it, and nothing else.
 */
export const createGraph = () => {
  const modules = new Map();

  const moduleAt = (file) => {
    if (!modules.has(file)) modules.set(file, parse(file));
    return modules.get(file);
  };

  /** Adds the statement behind `name` of a module, and all that it needs, to `reached`. */
  const reach = (file, name, reached) => {
    const { statements, imports } = moduleAt(file);
    const imported = imports.get(name);
    if (imported) return reachExport(imported.file, imported.name, reached);
    const statement = statements.find(({ names }) => names.has(name));
    if (!statement || reached.has(statement)) return;
    reached.add(statement);
    for (const reference of statement.references) reach(file, reference, reached);
  };

  const reachExport = (file, name, reached) => {
    const { exports, stars } = moduleAt(file);
    const found = exports.get(name);
    // What another package exports has no statement here.
    if (found?.isExternal) return;
    if (found?.file) reachExport(found.file, found.name, reached);
    else if (found) reach(file, found.name, reached);
    else for (const star of stars) reachExport(star, name, reached);
  };

  const isExternal = (file, name) => {
    const { exports, stars } = moduleAt(file);
    const found = exports.get(name);
    if (found?.file) return isExternal(found.file, found.name);
    return found ? found.isExternal : stars.some((star) => isExternal(star, name));
  };

  return {
    reachableFrom: (file, name) => {
      const reached = new Set();
      reachExport(file, name, reached);
      if (!reached.size && !isExternal(file, name)) throw new Error(`${name} is not an export of ${file}`);
      return reached;
    },
    /** The statement that a position, line from 1 and column from 0, is part of; none for imports and exports. */
    statementAt: (file, line, column) => {
      const { lines, statements } = moduleAt(file);
      const position = lines[line - 1] + column;
      return statements.find(({ start, end }) => position >= start && position < end);
    },
  };
};

const parse = (file) => {
  const code = readFileSync(file, 'utf8');
  const lines = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lines.push(at + 1);
  const module = { file, lines, statements: [], imports: new Map(), exports: new Map(), stars: [] };
  const externals = new Set();
  const resolve = (source) => (source.value.startsWith('.') ? join(dirname(file), source.value) : undefined);

  for (const node of parseAst(code).body) {
    const from = node.source && resolve(node.source);
    if (node.type === 'ImportDeclaration') {
      for (const { local, imported } of node.specifiers)
        if (from) module.imports.set(local.name, { file: from, name: imported?.name ?? 'default' });
        else externals.add(local.name);
    } else if (node.type === 'ExportAllDeclaration') {
      if (from) module.stars.push(from);
    } else if (node.type === 'ExportNamedDeclaration' && !node.declaration) {
      for (const { local, exported } of node.specifiers)
        module.exports.set(exported.name, {
          file: from,
          name: local.name,
          isExternal: node.source ? !from : externals.has(local.name),
        });
    } else if (node.type === 'ExportDefaultDeclaration') {
      module.exports.set('default', { name: node.declaration.name });
    } else {
      const names = new Set((node.declarations ?? [node]).flatMap(({ id }) => (id ? [...identifiersOf(id)] : [])));
      // Minifiers join declarations, and give them the `const` of the first of them, used or not.
      const { start } = node.declarations?.[0] ?? node;
      module.statements.push({ file, names, references: identifiersOf(node), start, end: node.end });
    }
  }
  return module;
};

const identifiersOf = (node, found = new Set()) => {
  if (node.type === 'Identifier') found.add(node.name);
  for (const [key, child] of Object.entries(node)) {
    if (!child || typeof child !== 'object') continue;
    // `a.name` and `{ name: … }` refer to no `name`.
    if (
      !node.computed &&
      ((key === 'property' && node.type === 'MemberExpression') || (key === 'key' && !node.shorthand))
    )
      continue;
    for (const part of Array.isArray(child) ? child : [child]) if (part?.type) identifiersOf(part, found);
  }
  return found;
};
