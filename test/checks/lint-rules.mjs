// The rules of this repository that oxlint has none for; .oxlintrc.json turns them on beside its own.

/**
 * The parts of src, from the bottom up: a file imports from its own part and from those further up in this list, types
 * included. Parts on one line do not know each other.
 */
const LAYERS = [
  ['models', 'fields-of', 'json-bounds'],
  ['errors', 'version'],
  ['invalid-input'],
  ['base-url', 'headers', 'path'],
  ['call-options'],
  ['pipeline'],
  ['transports'],
  ['context'],
  ['call', 'pagination', 'results'],
  ['send-once', 'uploads'],
  ['operations'],
  ['robots'],
  ['node', 'sandbox'],
  ['index', 'schemas'],
];

/** Only these may need Node. */
const ON_NODE = ['node', 'sandbox'];

/** The folder right under src, or the name of a file that stands there. */
const partOf = (path) => /.*\/src\/([^/]+?)(?:\.ts|\/.*)$/.exec(path)?.[1];
const layerOf = (part) => LAYERS.findIndex((parts) => parts.includes(part));

const layers = {
  meta: { type: 'problem', schema: [] },
  create: (context) => {
    const part = partOf(context.filename);
    if (!part) return {};
    const check = ({ source }) => {
      if (source?.value?.startsWith('node:') && !ON_NODE.includes(part))
        context.report({ node: source, message: `${part} must not need Node: only ${ON_NODE.join(' and ')} may` });
      if (!source?.value?.startsWith('.')) return;
      const target = partOf(new URL(source.value.replace(/\.js$/, '.ts'), `file://${context.filename}`).pathname);
      if (!target || target === part) return;
      for (const unknown of [part, target].filter((name) => layerOf(name) < 0))
        context.report({ node: source, message: `${unknown} has no place in LAYERS of test/checks/lint-rules.mjs` });
      if (layerOf(target) >= layerOf(part))
        context.report({
          node: source,
          message: `${part} must not import ${target}: imports point down, types included`,
        });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

const isReason = ({ value }) => !value.includes('oxlint-') && value.trim().split(/\s+/).length > 2;

/** `text as Text<RoomId>` is how a field of a schema gets the type that its interface names: src/models/fields.ts. */
const NAMED_TEXT = /^text as (?:Open)?Text</;

/** A cast or `!` tells the compiler to look away; a comment on its line says why that is right. */
const reasonForCast = {
  meta: { type: 'problem', schema: [] },
  create: (context) => {
    const check = (node, what) => {
      const { line } = node.loc.end;
      const isExplained = context.sourceCode
        .getAllComments()
        .some((comment) => comment.loc.start.line <= line && comment.loc.end.line >= line && isReason(comment));
      if (!isExplained)
        context.report({ node, message: `${what} needs a comment on its line that says why it is right` });
    };
    return {
      TSNonNullExpression: (node) => check(node, '`!`'),
      VariableDeclarator: (node) => node.definite && check(node.id, '`!`'),
      TSTypeAssertion: (node) => check(node, 'a cast'),
      TSAsExpression: (node) => {
        const type = context.sourceCode.getText(node.typeAnnotation);
        // These make a type wider or more precise, and hide nothing.
        if (type === 'const' || type === 'unknown' || NAMED_TEXT.test(context.sourceCode.getText(node))) return;
        check(node, 'a cast');
      },
    };
  },
};

export default { meta: { name: 'lagclient' }, rules: { layers, 'reason-for-cast': reasonForCast } };
