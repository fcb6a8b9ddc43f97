import { mkdirSync, writeFileSync } from 'node:fs';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { readImportGraph } from './import-graph.mjs';

const made = new URL('../.vitepress/theme/made/', import.meta.url);

/** Draws the imports between the parts of src as an SVG in the page's own colours, and writes them down as JSON. */
export const makeImports = async () => {
  mkdirSync(made, { recursive: true });
  const edges = readImportGraph();
  const arrows = withoutImplied(edges.filter(({ isType }) => !isType)).map(
    ({ from, to, count }) => `"${from}" -> "${to}" [label=" ${count}"];`,
  );
  const graphviz = await Graphviz.load();
  const drawn = graphviz.layout(
    `digraph {
  bgcolor="transparent"; nodesep=0.4; ranksep=0.45;
  node [shape=box, style=rounded, fontname="sans-serif", fontsize=14, height=0.4];
  edge [fontname="sans-serif", fontsize=11, arrowsize=0.7];
  ${arrows.join('\n  ')}
}`,
    'svg',
    'dot',
  );
  // It stands in a page: no prologue, no fixed size or colour, no tooltips.
  const svg = drawn
    .replace(/^[\s\S]*?<svg width="[^"]*" height="[^"]*"/, '<svg')
    .replaceAll('stroke="black"', 'stroke="currentColor"')
    .replaceAll('fill="black"', 'fill="currentColor"')
    .replaceAll('<text ', '<text fill="currentColor" ')
    .replaceAll(/<title>.*?<\/title>\n?/g, '')
    .replaceAll(/<!--.*?-->\n?/gs, '');
  writeFileSync(new URL('imports.svg', made), svg);
  writeFileSync(new URL('imports.json', made), JSON.stringify(edges));
};

/** Whether the edges lead from one part to another, directly or over others. */
const isReachable = (edges, from, to, seen = new Set()) => {
  if (from === to) return true;
  seen.add(from);
  return edges.some((edge) => edge.from === from && !seen.has(edge.to) && isReachable(edges, edge.to, to, seen));
};

/** Drops each edge whose ends are connected over others. */
const withoutImplied = (edges) =>
  edges.reduce((kept, edge) => {
    const others = kept.filter((other) => other !== edge);
    return isReachable(others, edge.from, edge.to) ? others : kept;
  }, edges);
