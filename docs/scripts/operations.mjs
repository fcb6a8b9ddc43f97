import { readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';

const root = new URL('../../', import.meta.url);

/**
 * What the source says of each function that asks the API for something: its endpoint, what it may send and what its
 * answer is checked against, from the arguments of `call`.
 */
export const readOperations = () => {
  const files = [
    ...readdirSync(new URL('src/operations', root)).map((name) => `src/operations/${name}`),
    'src/robots/poll.ts',
    'src/robots/sse.ts',
  ];
  const operations = files.flatMap((file) => {
    const resource = file.startsWith('src/robots') ? 'robots' : file.replace(/^.*\/|\.ts$/g, '');
    const source = ts.createSourceFile(file, readFileSync(new URL(file, root), 'utf8'), ts.ScriptTarget.Latest, true);
    return source.statements
      .filter((one) => ts.isFunctionDeclaration(one) && isExported(one))
      .map((one) => ({ ...operationOf(one), resource }));
  });
  const named = new Map(operations.map((operation) => [operation.name, operation]));
  // One that calls another has its endpoint.
  const settled = (operation) =>
    operation.path ? operation : { ...settled(named.get(operation.through)), ...present(operation) };
  return operations.filter(({ path, through }) => path || named.has(through)).map(settled);
};

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const operationOf = (declaration) => {
  const name = declaration.name.text;
  const calls = [];
  const seen = new Set();
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      seen.add(node.expression.text);
      const given = node.arguments[1];
      if (/^(call|upload)$/.test(node.expression.text) && given && ts.isObjectLiteralExpression(given))
        calls.push(fieldsOf(given));
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration.body);
  // Of two routes the last is the user's.
  const { method = `'GET'`, path, query, body, robot = `'refuse'`, idempotent, response } = calls.at(-1) ?? {};
  const [, wrapped] = /\.map\(\(answer\) => answer\.(\w+)\)/.exec(declaration.body.getText()) ?? [];
  // `iterateDmMessages` walks `listDmMessages`, `waitForImage` polls `getImageStatus`.
  const doc = docOf(declaration);
  const through = name.startsWith('iterate')
    ? [...seen].find((called) => called.startsWith('list'))
    : { waitForImage: 'getImageStatus', sendRoomMessageOnce: 'sendRoomMessage' }[name];
  return {
    name,
    // A stream is opened elsewhere.
    ...(!path && !through && doc.endpoint && { ...doc.endpoint, robot: 'only', idempotent: true }),
    ...(path && {
      method: method.slice(1, -1),
      path: path
        .replace(/^path/, '')
        .replace(/^[`']|[`']$/g, '')
        .replace(/\$\{(\w+)\}/g, ':$1'),
      query,
      body,
      robot: calls.length > 1 ? 'own' : robot.slice(1, -1),
      idempotent: idempotent !== 'false',
      response,
      wrapped,
    }),
    through,
    isUpload: seen.has('upload') || undefined,
    parameters: declaration.parameters.map((parameter) => ({
      name: parameter.name.getText(),
      type: parameter.type?.getText() ?? '',
      isOptional: Boolean(parameter.questionToken ?? parameter.initializer),
    })),
    ...doc,
  };
};

const fieldsOf = (literal) =>
  Object.fromEntries(
    literal.properties.map((property) => [
      property.name.text,
      (property.initializer ?? property.name).getText().replace(/\s+/g, ' '),
    ]),
  );

/** The first paragraph of a doc comment, and the rest of it without the endpoint. */
const docOf = (node) => {
  const text = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment ?? '';
  const [summary = '', ...rest] = (typeof text === 'string' ? text : ts.getTextOfJSDocComment(text))
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim());
  const [, method, path] = /^`([A-Z]+) (\/\S*)`\./.exec(rest[0] ?? '') ?? [];
  return {
    summary,
    endpoint: path && { method, path },
    remarks: rest.join(' ').replace(/^(?:`[A-Z]+ \/\S*`(?: or |\. ?))+/, ''),
  };
};
