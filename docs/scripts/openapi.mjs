import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { readOperations } from './operations.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version, license } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/**
 * The API as the package knows it, in OpenAPI 3.1: paths from the operations in the source, statuses from the operation
 * table of the contract test, answers from the schemas that they are checked against, bodies from their types.
 */
export const makeOpenApi = ({ table, schemas }) => {
  const { models, aliases } = readModels();
  const components = {};
  const nameOf = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name.replace(/Schema$/, '')]));

  const jsonSchemaOf = (schema, isRoot = false) => {
    const name = nameOf.get(schema);
    if (name && schema.entries && !isRoot) {
      components[name] ??= {};
      if (!Object.keys(components[name]).length)
        components[name] = { ...describe(models[name]), ...jsonSchemaOf(schema, true) };
      return { $ref: `#/components/schemas/${name}` };
    }
    switch (schema.type) {
      case 'string':
      case 'number':
      case 'boolean':
        return Object.assign({ type: schema.type }, ...(schema.pipe ?? []).map(limitsOf));
      case 'picklist':
        return { type: 'string', enum: schema.options };
      case 'blob':
        return { type: 'string', contentMediaType: 'application/octet-stream' };
      case 'nullable':
      case 'nullish':
        return orNull(jsonSchemaOf(schema.wrapped));
      case 'optional':
        return jsonSchemaOf(schema.wrapped);
      case 'array':
        return { type: 'array', items: jsonSchemaOf(schema.item) };
      case 'record':
        return { type: 'object', additionalProperties: jsonSchemaOf(schema.value) };
      case 'object':
      case 'loose_object': {
        const entries = Object.entries(schema.entries);
        const fields = name ? models[name]?.fields : undefined;
        const required = entries
          .filter(([, { type }]) => type !== 'optional' && type !== 'nullish')
          .map(([key]) => key);
        return {
          type: 'object',
          properties: Object.fromEntries(
            entries.map(([key, entry]) => [key, withField(jsonSchemaOf(entry), fields?.[key])]),
          ),
          ...(required.length && { required }),
        };
      }
      default:
        throw new Error(`no JSON schema for a schema of type ${schema.type}`);
    }
  };

  const bodySchemaOf = (name) => {
    const schema = schemas[`${name}Schema`];
    if (!schema) throw new Error(`lagclient/schemas has no schema of ${name}`);
    return jsonSchemaOf(schema);
  };
  const paths = {};
  const add = (path, method, operation) => {
    const item = (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {});
    if (item[method.toLowerCase()]) throw new Error(`two operations for ${method} ${path}`);
    item[method.toLowerCase()] = operation;
  };

  for (const operation of readOperations()) {
    const { name, method, path, robot, response, through, resource } = operation;
    if (through) continue;
    const status = table.find((one) => one.name === name)?.status ?? 200;
    const common = {
      tags: [resource],
      summary: operation.summary.replaceAll('`', ''),
      ...(operation.remarks && { description: operation.remarks }),
      'x-idempotent': operation.idempotent,
    };
    const needsNobody = operation.remarks.includes('no account needed');
    const parts = { ...parametersOf(operation), ...requestOf(operation, bodySchemaOf, aliases) };
    const describeWith = (operationId, success, security) => ({
      operationId,
      ...common,
      security,
      ...parts,
      responses: { [status]: success, ...failures },
    });
    if (resource === 'robots') {
      // The listeners name the endpoints that they ask again and again.
      if (!/^(poll|stream)RobotEvents$/.test(name)) continue;
      const content =
        name === 'streamRobotEvents'
          ? { 'text/event-stream': { schema: { type: 'string' } } }
          : json({ type: 'array', items: { $ref: '#/components/schemas/RobotEventDelivery' } });
      const success = { description: 'The events that wait for the robot.', content };
      add(path, method, describeWith(name, success, [{ robotKey: [] }]));
      continue;
    }
    const success = response
      ? { description: 'Done.', content: json(jsonSchemaOf(schemas[response])) }
      : { description: 'Done; no content.' };
    if (robot === 'own') {
      const info = { description: 'Done.', content: json(jsonSchemaOf(schemas.RobotInfoSchema)) };
      add('/robots/@me/info', method, describeWith(name, info, [{ robotKey: [] }]));
      continue;
    }
    const both = [{ userToken: [] }, { robotKey: [] }];
    const user = needsNobody ? [{}, ...both] : robot === 'same' ? both : [{ userToken: [] }];
    add(path, method, describeWith(name, success, user));
    if (robot === 'rewrite')
      add(`/robots/@me${path}`, method, describeWith(`${name}AsRobot`, success, [{ robotKey: [] }]));
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'Lag API, as lagclient knows it',
      version,
      description:
        'Made from the source of lagclient, not by Lag. Answers may have more fields and more values than are listed.',
      license: { name: license, identifier: license },
    },
    servers: [{ url: 'https://api.trylag.com' }],
    tags: [...new Set(readOperations().map(({ resource }) => resource))].map((name) => ({ name })),
    paths: sorted(paths),
    webhooks: { robotEvent },
    components: {
      securitySchemes: {
        userToken: { type: 'http', scheme: 'bearer', description: 'A personal access token, `lag_pat_…`.' },
        robotKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`Robot lag_robot_…`: the key of a robot of one server.',
        },
      },
      responses: { Error: errorResponse, RateLimited: rateLimited },
      schemas: sorted({ ...components, ...handmade }),
    },
  };
};

const sorted = (object) => Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const json = (schema) => ({ 'application/json': { schema } });

const orNull = (schema) =>
  typeof schema.type === 'string' && !schema.enum
    ? { ...schema, type: [schema.type, 'null'] }
    : { anyOf: [schema, { type: 'null' }] };

const describe = (model) => (model?.description ? { description: model.description } : {});

/** Adds what the source says of a field: its comment, and its known values. */
const withField = (schema, field) => {
  if (!field) return schema;
  const { description, values, byDefault } = field;
  const known = values.length > 0 && { 'x-known-values': values };
  if (known && schema.items) return { ...schema, items: { ...schema.items, ...known } };
  return { ...schema, ...known, ...(byDefault && { default: byDefault }), ...(description && { description }) };
};

const parametersOf = ({ path, query }) => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery =
    query === 'query'
      ? [
          {
            name: 'limit',
            in: 'query',
            description: 'Messages per page: 50.',
            schema: { type: 'integer', minimum: 1, maximum: 100 },
          },
          {
            name: 'cursor',
            in: 'query',
            description: 'The `nextCursor` of a page, for the messages before it.',
            schema: { type: 'string' },
          },
        ]
      : [...(query?.matchAll(/(\w+)(?=:|,| \})/g) ?? [])].slice(0, 1).map(([, name]) => ({
          name,
          in: 'query',
          required: true,
          schema: { type: 'string' },
        }));
  const parameters = [...inPath, ...inQuery];
  return parameters.length ? { parameters } : {};
};

const requestOf = ({ name, body, isUpload, parameters }, bodySchemaOf, aliases) => {
  if (isUpload) {
    const content =
      name === 'uploadImage'
        ? { 'multipart/form-data': { schema: bodySchemaOf('MultipartImageBody') } }
        : json(bodySchemaOf('Base64ImageBody'));
    return { requestBody: { required: true, content } };
  }
  if (!body) return {};
  const parameter = parameters.find((one) => one.name === 'body');
  if (body === 'body')
    return { requestBody: { required: !parameter.isOptional, content: json(bodySchemaOf(parameter.type)) } };
  const fields = [...body.matchAll(/\w+/g)].map(([field]) => field);
  const schemaOf = (field) => {
    const [, open] = /^Open<(\w+)>$/.exec(parameters.find((one) => one.name === field).type) ?? [];
    return { type: 'string', ...(open && { 'x-known-values': literalsIn(aliases[open].getText()) }) };
  };
  return {
    requestBody: {
      required: true,
      content: json({
        type: 'object',
        properties: Object.fromEntries(fields.map((field) => [field, schemaOf(field)])),
        required: fields,
      }),
    },
  };
};

/** What an action of a pipe says in JSON schema. */
const limitsOf = ({ type, requirement, pipe }) => {
  switch (type) {
    case 'non_empty':
      return { minLength: 1 };
    case 'min_length':
      return { minLength: requirement };
    case 'max_length':
      return { maxLength: requirement };
    case 'min_value':
      return { minimum: requirement };
    case 'max_value':
      return { maximum: requirement };
    case 'gt_value':
      return { exclusiveMinimum: requirement };
    case 'safe_integer':
      return { type: 'integer' };
    case 'iso_timestamp':
      return { format: 'date-time' };
    case 'iso_time':
      return { pattern: requirement.source };
    case 'string':
    case 'number':
      return pipe ? Object.assign({}, ...pipe.map(limitsOf)) : {};
    case 'finite':
    case 'check':
      return {};
    default:
      throw new Error(`no JSON schema for an action of type ${type}`);
  }
};

/** What the source says of each model and its fields: comments, defaults and known values. */
const readModels = () => {
  const aliases = {};
  const interfaces = {};
  const files = readdirSync(`${root}src/models`).map((name) => {
    const file = `${root}src/models/${name}`;
    return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  });
  for (const node of files.flatMap((file) => [...file.statements])) {
    if (ts.isTypeAliasDeclaration(node)) aliases[node.name.text] = node.type;
    if (ts.isInterfaceDeclaration(node)) interfaces[node.name.text] = node;
  }
  const fieldsOf = (node) =>
    Object.fromEntries(
      node.members.map((member) => [
        member.name?.getText(),
        { description: commentOn(member), values: openValuesOf(member, aliases), byDefault: defaultOf(member) },
      ]),
    );
  const models = Object.fromEntries(
    Object.entries(interfaces).map(([name, node]) => [name, { description: commentOn(node), fields: fieldsOf(node) }]),
  );
  return { models, aliases };
};

/** The text of a field's `@default`. */
const defaultOf = (member) => {
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
  return tag && ts.getTextOfJSDocComment(tag.comment);
};

const commentOn = (node) => {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return comment && ts.getTextOfJSDocComment(comment).replace(/\s+/g, ' ');
};

/** The known values of a field: of `status: Open<UserStatus>`. */
const openValuesOf = (member, aliases) => {
  const [, argument] = /\bOpen<([^<>]+)>/.exec(member.getText()) ?? [];
  return argument ? literalsIn(aliases[argument]?.getText() ?? argument) : [];
};

const literalsIn = (text) => [...text.matchAll(/'([^']+)'/g)].map(([, value]) => value);

const errorResponse = {
  description: 'It failed. A proxy in between may answer with something else than this.',
  headers: { 'x-request-id': { description: 'Names the request.', schema: { type: 'string' } } },
  content: json({ $ref: '#/components/schemas/Error' }),
};

const rateLimited = {
  ...errorResponse,
  description: 'Too many requests.',
  headers: {
    ...errorResponse.headers,
    'retry-after': { description: 'Seconds, or an HTTP date.', schema: { type: 'string' } },
  },
};

const failures = {
  429: { $ref: '#/components/responses/RateLimited' },
  default: { $ref: '#/components/responses/Error' },
};

// What no schema of the package describes: errors are read as they come, events are normalised field by field.
const payload = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    serverId: { type: 'string' },
    timestamp: { type: 'string' },
    data: { type: 'object' },
  },
  required: ['type', 'data'],
};

const handmade = {
  Error: {
    type: 'object',
    properties: { error: { type: 'string' }, message: { type: 'string' }, statusCode: { type: 'number' } },
  },
  RobotEventDelivery: {
    description: 'An event as the long poll gives it.',
    type: 'object',
    properties: {
      id: { type: 'string' },
      eventType: { type: 'string' },
      payload,
      createdAt: { type: 'string' },
    },
    required: ['id', 'eventType', 'payload'],
  },
};

const robotEvent = {
  post: {
    operationId: 'robotEvent',
    tags: ['robots'],
    summary: 'An event, posted to a robot’s webhook and signed as Standard Webhooks say.',
    security: [],
    parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: json(payload) },
    responses: {
      '2XX': { description: 'Taken. Anything else is delivered again.' },
      410: { description: 'Disables the robot.' },
    },
  },
};
