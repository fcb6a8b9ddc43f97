import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { readEntries } from './entries.mjs';
import { estimate } from './estimate.mjs';
import { load } from './load.mjs';
import { readOperations } from './operations.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = `${root}docs/reference`;

/** Makes the pages of the API reference: from the doc comments, with what the source and the measurements add. */
export const makeReference = async () => {
  const entries = readEntries();
  const operations = new Map(readOperations().map((operation) => [operation.name, operation]));
  const sizes = JSON.parse(readFileSync(`${root}docs/public/playground/sizes.json`, 'utf8'));
  const { examples, expandExample } = await load('reference-examples');

  rmSync(out, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ source }) => root + source),
    tsconfig: `${root}tsconfig.json`,
    plugin: ['typedoc-plugin-markdown'],
    readme: 'none',
    out,
    router: 'module',
    entryFileName: 'modules',
    disableSources: true,
    excludeInternal: true,
    skipErrorChecking: true,
    sort: ['source-order'],
    sortEntryPoints: false,
    groupOrder: ['Functions', 'Variables', '*'],
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    propertyMembersFormat: 'table',
    tableColumnSettings: { hideDefaults: true, hideInherited: true, hideOverrides: true, hideSources: true },
    logLevel: 'Error',
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const { source, page } of entries)
      project.children.find(({ name }) => [`src/${name}.ts`, `src/${name}/index.ts`].includes(source)).name = page;
    for (const { page, specifier } of entries)
      for (const child of project.children.find(({ name }) => name === page).children) addFacts(child, specifier);
  });
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    const entry = entries.find((one) => page.url === `${one.page}.md`);
    if (entry) page.contents = finish(page.contents, entry);
  });

  /** Adds to a function what its doc comment does not say, as a list, and an example. */
  const addFacts = (reflection, specifier) => {
    const target = reflection.signatures?.[0] ?? (reflection.kind === ReflectionKind.Variable ? reflection : undefined);
    const size = sizes.sizes[specifier]?.[reflection.name];
    // The guide shows the schemas together.
    if (!target?.comment || !size || specifier === 'lagclient/schemas') return;
    const operation = operations.get(reflection.name);
    if (operation) dropEndpoint(target.comment.summary);
    const facts = [...(operation ? factsOf(operation) : []), ['Bundle', weight(specifier, reflection.name, size)]];
    const list = facts.map(([what, text]) => `- **${what}**: ${text}`).join('\n');
    target.comment.summary.push({ kind: 'text', text: `\n\n${list}\n` });
    const example = examples[reflection.name];
    if (!example) throw new Error(`${reflection.name} has no example: see docs/reference-examples.ts`);
    target.comment.summary.push({
      kind: 'text',
      text: `\n\n\`\`\`ts\n${expandExample(reflection.name)}\n\`\`\`\n\n\`\`\`text\n${example.output}\n\`\`\`\n`,
    });
  };

  const weight = (specifier, name, { brotli }) => {
    const both = estimate(sizes, [
      ['lagclient', 'createContext'],
      [specifier, name],
    ]).brotli;
    const alone = `${kilo(brotli)} alone`;
    return `${name === 'createContext' || specifier.includes('sandbox') ? alone : `${alone}, about ${kilo(both)} with \`createContext\``} ([brotli](/guide/bundle-size))`;
  };

  const project = await app.convert();
  if (!project || app.logger.hasErrors()) throw new Error('typedoc failed');
  await app.generateOutputs(project);
  rmSync(`${out}/modules.md`);
  writeFileSync(`${out}/index.md`, overview(entries, operations));
};

/** The doc comment says the endpoint first; the facts say it, too. */
const dropEndpoint = (parts) => {
  const at = parts.findIndex(({ kind, text }) => kind === 'code' && /^`[A-Z]+ \//.test(text));
  const after = parts[at + 1];
  // Only a paragraph that begins with it: `sendRoomMessageOnce` has two.
  if (at < 0 || !/\n\s*$/.test(parts[at - 1]?.text ?? '\n') || !/^\.( |$)/.test(after?.text ?? '')) return;
  parts[at] = { kind: 'text', text: '' };
  parts[at + 1] = { kind: 'text', text: after.text.slice(2) };
};

const factsOf = ({ method, path, robot, remarks, idempotent, response, through }) => {
  const permission = /Robots need (`\w+`(?: and `\w+`)?)/.exec(remarks)?.[1];
  const needs = permission ? `; needs ${permission}` : '';
  const errors = [
    ...(path.includes(':') ? ['`invalid_input` for an id that is empty, `.` or `..`'] : []),
    ...(robot === 'refuse' ? ['`invalid_token` with a robot key'] : []),
    ...(robot === 'only' ? ['`invalid_token` with a user’s token'] : []),
    ...(response ? ['`invalid_response`'] : []),
    'those of [every call](/guide/errors)',
  ];
  return [
    ['Endpoint', `\`${method} ${path}\``],
    [
      'Robots',
      {
        rewrite: `\`${method} /robots/@me${path}\`${needs}`,
        own: '`GET /robots/@me/info`',
        same: 'the same endpoint',
        refuse: 'refused before anything is sent',
        only: 'only with a robot key',
      }[robot],
    ],
    ...(method === 'GET' || through
      ? []
      : [
          [
            'Repeated',
            idempotent
              ? 'yes, after [failures in passing](/guide/retries)'
              : 'only when nothing was done: it [creates something each time](/guide/retries)',
          ],
        ]),
    ['Errors', errors.join(', ')],
  ];
};

const kilo = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

/** A page's own title, headings without brackets, and no rule between things that have headings. */
const finish = (contents, { specifier }) =>
  contents
    .replace(/^# .*$/m, `# \`${specifier}\``)
    .replace(/^(#+ \w+)\(\)$/gm, '$1')
    // A signature is no program.
    .replace(/^(#+ .*\n+)```ts$/gm, '$1```typescript')
    .replace(/^\*\*\*$/gm, '')
    .replace(/\n{3,}/g, '\n\n');

const overview = (entries, operations) => {
  const rows = [...operations.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, resource, method, path, robot }) => {
      const takesRobot = { rewrite: 'yes', own: 'yes', same: 'yes', only: 'only', refuse: '' }[robot];
      return `| [\`${name}\`](./${resource}#${name.toLowerCase()}) | \`${method} ${path}\` | ${takesRobot} |`;
    });
  return `# Reference

Made from the source. Each entry of the package has its page; \`lagclient\` has all of the operations, too, and all types.

${entries.map(({ specifier, page }) => `- [\`${specifier}\`](./${page})`).join('\n')}

## Operations

| function | endpoint | robots |
| --- | --- | --- |
${rows.join('\n')}
`;
};
