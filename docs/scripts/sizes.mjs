import { join } from 'node:path';
import { createGraph } from '../../test/bundles/graph.mjs';
import { bundle, bytesOf, sizesOf } from '../../test/checks/bytes.mjs';
import { entries, root } from '../../test/checks/entries.mjs';

/** Brotli bytes of what a module leaves in a bundle, all dependencies included. */
export const brotliOf = async (code) => bytesOf((await bundle(code)).code).brotli;

/** Programs from small to large, for how well code of that size compresses. */
const ANCHORS = [
  `export { createContext } from 'lagclient';`,
  `export { createContext, sendRoomMessage } from 'lagclient';`,
  `export * from 'lagclient';`,
  `export * from 'lagclient'; export * from 'lagclient/sandbox';`,
];

/** Of these each export takes a few statements, where it takes about the same of any other module as the others do. */
const isTakenInPieces = (file) => file.startsWith('dist/operations/') || file.startsWith('dist/models/');

/**
 * For each export what it weighs alone, and how many minified bytes of which pieces it needs, so that a page can add up
 * what a program needs without a bundler: see `estimate`. A piece is a module, or a statement of one.
 */
export const measure = async (exportsOfEntries) => {
  const anchors = await Promise.all(
    ANCHORS.map(async (code) => {
      const { min, brotli } = bytesOf((await bundle(code)).code);
      return { min, brotli };
    }),
  );

  const pieces = [];
  const indexOf = (piece) => {
    if (!pieces.includes(piece)) pieces.push(piece);
    return pieces.indexOf(piece);
  };
  const graph = createGraph();
  const statementsOf = (specifier, name) => {
    const { module } = entries.find((entry) => entry.specifier === specifier);
    return module ? [...graph.reachableFrom(join(root, module), name)] : [];
  };
  const measureExport = async (specifier, name) => {
    const code = `export { ${name} } from '${specifier}';`;
    const { alone, shared, own } = await sizesOf(code);
    const { inputs } = await bundle(code);
    const statements = statementsOf(specifier, name);
    const parts = Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => {
      if (!bytesInOutput || file === '<stdin>') return [];
      if (!isTakenInPieces(file)) return [[indexOf(file), bytesInOutput]];
      // What is left of a module, divided among its statements by their length.
      const taken = statements.filter((statement) => statement.file === join(root, file));
      const length = taken.reduce((sum, { start, end }) => sum + end - start, 0);
      return taken.map(({ start, end }) => [
        indexOf(`${file}:${start}`),
        Math.round((bytesInOutput * (end - start)) / length),
      ]);
    });
    return { min: alone.min, brotli: alone.brotli, shared: shared.brotli, own: own.brotli, parts };
  };

  const sizes = {};
  for (const [specifier, names] of Object.entries(exportsOfEntries)) {
    const measured = names.map(async (name) => [name, await measureExport(specifier, name)]);
    sizes[specifier] = Object.fromEntries(await Promise.all(measured));
  }
  return { anchors, sizes };
};
