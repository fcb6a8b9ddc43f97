/**
 * Bytes of a program that imports these, minified and compressed by brotli. A piece that several of them need counts once,
 * at its largest.
 */
export const estimate = ({ anchors, sizes }, imports) => {
  const needed = new Map();
  for (const [specifier, name] of imports)
    for (const [piece, bytes] of sizes[specifier]?.[name]?.parts ?? [])
      needed.set(piece, Math.max(needed.get(piece) ?? 0, bytes));
  const min = [...needed.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { min, brotli: Math.round(min * ratioAt(anchors, min)) };
};

/** How well code of a size compresses: between the two measured programs that are next in size. */
const ratioAt = (anchors, min) => {
  const ratios = anchors.map((anchor) => anchor.brotli / anchor.min);
  const above = anchors.findIndex((anchor) => anchor.min >= min);
  if (above === -1) return ratios.at(-1);
  if (above === 0) return ratios[0];
  const [low, high] = [anchors[above - 1].min, anchors[above].min];
  return ratios[above - 1] + ((ratios[above] - ratios[above - 1]) * (min - low)) / (high - low);
};
