import { dirname, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { TwoslashShikiReturn } from '@shikijs/twoslash';
import { transformerTwoslash } from '@shikijs/vitepress-twoslash';
import ts from 'typescript';
import { defineConfig } from 'vitepress';
import llms from 'vitepress-plugin-llms';
import { readEntries } from '../scripts/entries.mjs';

/** Where the site and its sources are. The deployment sets these (`.github/workflows/site.yml`); a clone knows neither. */
const { SITE_BASE: base = '/', SITE_ORIGIN: origin, SITE_REPOSITORY: repository } = process.env;

const root = fileURLToPath(new URL('../..', import.meta.url));
const entries = readEntries();
// `typescript` is a name for TypeScript 6, whose own package holds the library files.
const { resolve: find } = createRequire(createRequire(import.meta.url).resolve('typescript'));
const libDirectory = dirname(find('@typescript/old'));

// The same block comes twice: for the browser, and for the HTML.
const types = new Map<string, TwoslashShikiReturn>();

const pages = (folder: string, titles: Record<string, string>) =>
  Object.entries(titles).map(([name, text]) => ({ text, link: `/${folder}/${name}` }));

/** Whether the playground can run a code block: everything that it imports is there. */
const canRun = (info: string, code: string): boolean =>
  /^ts\b/.test(info) &&
  !info.includes('no-run') &&
  [...code.matchAll(/ from '([^']+)'/g)].every(
    ([, name]) => name === 'neverthrow' || /^lagclient(?!.*\/node$)/.test(name!),
  );

export default defineConfig({
  title: 'lagclient',
  description: 'The functional TypeScript SDK for the Lag API: every endpoint a pure function, every failure a value.',
  lang: 'en',
  base,
  cleanUrls: true,
  lastUpdated: true,
  ...(origin && { sitemap: { hostname: origin + base } }),
  // The reference is made from the source: there is no page to edit.
  transformPageData: ({ relativePath, frontmatter }) =>
    relativePath.startsWith('reference/') ? { frontmatter: { ...frontmatter, editLink: false } } : undefined,
  srcExclude: ['examples/**', 'generated/**'],
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }],
    ['meta', { name: 'theme-color', content: '#3c4fe0' }],
  ],
  themeConfig: {
    logo: '/icon.svg',
    search: { provider: 'local' },
    ...(repository && {
      socialLinks: [{ icon: 'github', link: repository }],
      editLink: { pattern: `${repository}/edit/main/docs/:path` },
    }),
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide/quick-start', activeMatch: '^/guide/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Playground', link: '/playground' },
    ],
    sidebar: {
      '/reference/': [
        { text: 'Overview', link: '/reference/' },
        {
          text: 'Entries',
          items: entries.map(({ specifier, page }) => ({ text: specifier, link: `/reference/${page}` })),
        },
      ],
      '/': [
        {
          text: 'Start',
          items: pages('guide', { why: 'Why and when', 'quick-start': 'Quick start' }),
        },
        {
          text: 'Basics',
          items: pages('guide', {
            contexts: 'Contexts and tokens',
            results: 'Results in five minutes',
            errors: 'Errors',
            retries: 'Retries and timeouts',
            pagination: 'Pagination',
            uploads: 'Uploads',
            middleware: 'Middleware',
            schemas: 'Schemas',
            robots: 'Robots',
          }),
        },
        {
          text: 'Where it runs',
          items: pages('guide', {
            edge: 'Edge and serverless',
            browser: 'Browser',
            react: 'React',
            node: 'The Node transport',
            runtimes: 'Runtimes',
          }),
        },
        { text: 'Testing', items: pages('guide', { testing: 'Testing', sandbox: 'The sandbox' }) },
        {
          text: 'Measured',
          items: pages('guide', {
            'bundle-size': 'Bundle size',
            performance: 'Performance',
            reliability: 'Reliability',
            security: 'Security',
          }),
        },
        {
          text: 'Coming from',
          items: pages('guide', { 'from-node-sdk': 'The official Node SDK', 'from-python': 'The Python lagclient' }),
        },
        {
          text: 'More',
          items: [
            ...pages('guide', { faq: 'Questions', versions: 'Versions', machines: 'For machines' }),
            ...pages('contributing', { '': 'Contributing', architecture: 'Architecture' }),
          ],
        },
      ],
    },
  },
  markdown: {
    config: (md) => {
      const { fence } = md.renderer.rules;
      md.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index]!;
        const html = fence!(tokens, index, ...rest);
        return canRun(info, content)
          ? html.replace(/<\/div>\s*$/, `<a class="run-link" href="${base}playground">Run</a></div>`)
          : html;
      };
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    codeTransformers: [
      transformerTwoslash({
        throws: true,
        typesCache: { read: (code) => types.get(code) ?? null, write: (code, data) => void types.set(code, data) },
        twoslashOptions: {
          tsModule: ts,
          tsLibDirectory: libDirectory,
          vfsRoot: root,
          compilerOptions: {
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
            types: ['node'],
            typeRoots: [resolve(root, 'node_modules/@types')],
            paths: Object.fromEntries(entries.map(({ specifier, source }) => [specifier, [resolve(root, source)]])),
          },
        },
      }),
    ],
  },
  vite: {
    plugins: [llms({ ignoreFiles: ['playground.md'] })],
    publicDir: 'public',
  },
});
