/**
 * Bytes of a program that imports these, minified and compressed by brotli. Modules that several of them need count once,
 * at their largest; those that hold operations, of which each import takes its own piece, are added up.
 */
export const estimate = ({ anchors, modules, sizes }, imports) => {
  const needed = new Map();
  for (const [specifier, name] of imports)
    for (const [index, bytes] of sizes[specifier]?.[name]?.parts ?? []) {
      const isPieces = /\/operations\/(?!image-source)/.test(modules[index]);
      const before = needed.get(index) ?? 0;
      needed.set(index, isPieces ? before + bytes : Math.max(before, bytes));
    }
  const min = [...needed.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { min, brotli: Math.round(min * ratioAt(anchors, min)) };
};

/** How well code of a size compresses: between two programs that were measured. */
const ratioAt = (anchors, min) => {
  const ratios = anchors.map((anchor) => anchor.brotli / anchor.min);
  const above = anchors.findIndex((anchor) => anchor.min >= min);
  if (above <= 0) return ratios.at(above);
  const [low, high] = [anchors[above - 1].min, anchors[above].min];
  return ratios[above - 1] + ((ratios[above] - ratios[above - 1]) * (min - low)) / (high - low);
};
