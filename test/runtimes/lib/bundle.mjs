import { build } from 'esbuild';

/** Bundles for a runtime without packages, as an app's own build would; a warning is an error. */
export const bundle = async ({ entry, outfile, format = 'esm', minify = false, conditions, platform = 'browser' }) => {
  const { warnings } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format,
    minify,
    platform,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    // Neutral has none of its own.
    ...(platform === 'neutral' && { mainFields: ['module', 'main'] }),
    ...(conditions && { conditions }),
  });
  if (warnings.length) throw new Error(warnings.map(({ text }) => text).join('\n'));
  return outfile;
};
