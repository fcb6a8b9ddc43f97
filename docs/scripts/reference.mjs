import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application, Comment, Converter, ReflectionKind } from 'typedoc';
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
    // neverthrow's own documentation describes what is re-exported of it.
    excludeExternals: true,
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
    if (entry) page.contents = entry.page === 'schemas' ? schemasPage(page.model) : finish(page.contents, entry);
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

  const weight = (specifier, name, { brotli, shared, own }) => {
    const weights = [
      `${kilo(brotli)} alone`,
      `${kilo(shared)} beside neverthrow and valibot`,
      `${kilo(own)} without dependencies`,
    ];
    const isAdded = name !== 'createContext' && !specifier.includes('sandbox');
    if (isAdded) weights.push(`about ${kilo(brotliWithContext(specifier, name))} with \`createContext\``);
    return `${weights.join(', ')} ([brotli](/guide/bundle-size))`;
  };
  const brotliWithContext = (specifier, name) =>
    estimate(sizes, [
      ['lagclient', 'createContext'],
      [specifier, name],
    ]).brotli;

  const project = await app.convert();
  if (!project || app.logger.hasErrors()) throw new Error('typedoc failed');
  await app.generateOutputs(project);
  rmSync(`${out}/modules.md`);
  writeFileSync(`${out}/index.md`, overview(entries, operations));
};

/** The types of schemas say nothing that the interfaces do not say better: a table leads to these. */
const schemasPage = ({ children, project }) => {
  const pageOf = (name) => ['lagclient', 'robots'].find((page) => find(page, name));
  const find = (page, name) =>
    project.children.find((one) => one.name === page)?.children.find((child) => child.name === name);
  const rows = children.map(({ name, comment }) => {
    const described = name.replace(/Schema$/, '');
    const item = described.replace(/List$/, '');
    const model = pageOf(described) ? described : item;
    const page = pageOf(model);
    const link = page ? `[\`${model}\`](./${page}#${model.toLowerCase()})` : '';
    const summary = comment ?? find(page, described)?.comment;
    const text = summary ? Comment.combineDisplayParts(summary.summary).replace(/\s+/g, ' ') : '';
    return `| \`${name}\` | ${model === described ? link : `a list of ${link}`} | ${text} |`;
  });
  return `# \`lagclient/schemas\`

Valibot schemas of all responses, request bodies and robot events: [how to use them](/guide/schemas).

| schema | describes | |
| --- | --- | --- |
${rows.join('\n')}
`;
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

/** What a robot key does, by what the operation declares. */
const ROBOTS = {
  rewrite: ({ method, path }, permission) => {
    const needs = permission ? `; needs ${permission}` : '';
    return `\`${method} /robots/@me${path}\`${needs}`;
  },
  own: () => '`GET /robots/@me/info`',
  same: () => 'the same endpoint',
  refuse: () => 'refused before anything is sent',
  only: () => 'only with a robot key',
};

const factsOf = (operation) => {
  const { method, path, robot, remarks, idempotent, response, through } = operation;
  const permission = /Robots need (`\w+`(?: and `\w+`)?)/.exec(remarks)?.[1];
  const facts = [
    ['Endpoint', `\`${method} ${path}\``],
    ['Robots', ROBOTS[robot](operation, permission)],
  ];
  if (method !== 'GET' && !through) {
    const retried = idempotent
      ? 'yes, after [transient failures](/guide/retries)'
      : 'only if the server did nothing: it [creates something each time](/guide/retries)';
    facts.push(['Retried', retried]);
  }
  const errors = [];
  if (path.includes(':')) errors.push('`invalid_input` for an id that is empty, `.` or `..`');
  if (robot === 'refuse') errors.push('`invalid_token` with a robot key');
  if (robot === 'only') errors.push('`invalid_token` with a user’s token');
  if (response) errors.push('`invalid_response`');
  facts.push(['Errors', [...errors, 'those of [every call](/guide/errors)'].join(', ')]);
  return facts;
};

const kilo = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

/** Gives a page its own title, takes the brackets out of headings, and drops the rules between sections. */
const finish = (contents, { specifier }) =>
  contents
    .replace(/^# .*$/m, `# \`${specifier}\``)
    .replace(/^(#+ \w+)\(\)$/gm, '$1')
    // The site would check a signature as a program.
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

Generated from the source. Each entry of the package has a page; \`lagclient\` also exports all operations and types.

${entries.map(({ specifier, page }) => `- [\`${specifier}\`](./${page})`).join('\n')}

## Operations

| function | endpoint | robots |
| --- | --- | --- |
${rows.join('\n')}
`;
};
