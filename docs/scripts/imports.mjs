import { mkdirSync, writeFileSync } from 'node:fs';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { readImportGraph } from './import-graph.mjs';

const made = new URL('../.vitepress/theme/made/', import.meta.url);

/** Draws who imports whom, as an SVG that takes its colours from the page, and writes down all of it. */
export const makeImports = async () => {
  mkdirSync(made, { recursive: true });
  const graphviz = await Graphviz.load();
  const edges = readImportGraph();
  const lines = reduced(edges.filter(({ isType }) => !isType)).map(
    ({ from, to, count }) => `"${from}" -> "${to}" [label=" ${count}"];`,
  );
  const dot = `digraph {
  bgcolor="transparent"; nodesep=0.4; ranksep=0.45;
  node [shape=box, style=rounded, fontname="sans-serif", fontsize=14, height=0.4];
  edge [fontname="sans-serif", fontsize=11, arrowsize=0.7];
  ${lines.join('\n  ')}
}`;
  const svg = graphviz
    .layout(dot, 'svg', 'dot')
    .replace(/^[\s\S]*?<svg width="[^"]*" height="[^"]*"/, '<svg')
    .replaceAll(/(?:stroke|fill)="black"/g, (attribute) => attribute.replace('black', 'currentColor'))
    .replaceAll('<text ', '<text fill="currentColor" ')
    .replaceAll(/<title>.*?<\/title>\n?/g, '')
    .replaceAll(/<!--.*?-->\n?/gs, '');
  writeFileSync(new URL('imports.svg', made), svg);
  writeFileSync(new URL('imports.json', made), JSON.stringify(edges));
};

/** Without the arrows that follow from others. */
const reduced = (edges) => {
  const reaches = (left, from, to, seen = new Set([from])) =>
    left.some(
      (edge) =>
        edge.from === from && (edge.to === to || (!seen.has(edge.to) && reaches(left, edge.to, to, seen.add(edge.to)))),
    );
  return edges.reduce((left, edge) => {
    const others = left.filter((one) => one !== edge);
    return reaches(others, edge.from, edge.to) ? others : left;
  }, edges);
};
