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
  const { models, ...types } = readModels();
  const components = {};
  const nameOf = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name.replace(/Schema$/, '')]));

  const jsonSchemaOf = (schema, isRoot = false) => {
    const name = nameOf.get(schema);
    if (name && schema.type === 'object' && !isRoot) {
      components[name] ??= {};
      if (!Object.keys(components[name]).length)
        components[name] = { ...describe(models[name]), ...jsonSchemaOf(schema, true) };
      return { $ref: `#/components/schemas/${name}` };
    }
    switch (schema.type) {
      case 'string':
      case 'number':
      case 'boolean':
        return { type: schema.type };
      case 'nullable':
        return orNull(jsonSchemaOf(schema.parts));
      case 'optional':
        return jsonSchemaOf(schema.parts);
      case 'array':
        return { type: 'array', items: jsonSchemaOf(schema.parts) };
      case 'dictionary':
        return { type: 'object', additionalProperties: jsonSchemaOf(schema.parts) };
      case 'object': {
        const entries = Object.entries(schema.parts);
        const fields = name ? models[name]?.fields : undefined;
        const required = entries.filter(([, entry]) => entry.type !== 'optional').map(([key]) => key);
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

  /** `list(UserSchema)`, `model({ events: list(EventSchema) })`. */
  const evaluate = (node) => {
    if (ts.isIdentifier(node)) return schemas[node.text];
    if (ts.isCallExpression(node)) return schemas[node.expression.text](...node.arguments.map(evaluate));
    return Object.fromEntries(node.properties.map(({ name, initializer }) => [name.text, evaluate(initializer)]));
  };
  const parse = (expression) =>
    evaluate(ts.createSourceFile('', expression, ts.ScriptTarget.Latest).statements[0].expression);

  const bodies = createBodies(components, types);
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
    const parts = { ...parametersOf(operation), ...requestOf(operation, bodies) };
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
      ? { description: 'Done.', content: json(jsonSchemaOf(parse(response))) }
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
  const { description, values } = field;
  const known = values && { 'x-known-values': values };
  if (known && schema.items) return { ...schema, items: { ...schema.items, ...known } };
  return { ...schema, ...known, ...(description && { description }) };
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

const requestOf = ({ name, body, isUpload, parameters }, bodies) => {
  if (isUpload) return { requestBody: { required: true, content: uploadContent(name) } };
  if (!body) return {};
  const parameter = parameters.find((one) => one.name === 'body');
  if (body === 'body')
    return { requestBody: { required: !parameter.isOptional, content: json(bodies.refTo(parameter.type)) } };
  const fields = [...body.matchAll(/\w+/g)].map(([field]) => field);
  return {
    requestBody: {
      required: true,
      content: json({
        type: 'object',
        properties: Object.fromEntries(
          fields.map((field) => [field, bodies.schemaOfParameter(parameters.find((one) => one.name === field).type)]),
        ),
        required: fields,
      }),
    },
  };
};

const uploadContent = (name) =>
  name === 'uploadImage'
    ? {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              file: { type: 'string', contentMediaType: 'application/octet-stream', description: 'At most 25 MiB.' },
              purpose: {
                type: 'string',
                'x-known-values': ['avatar', 'server_icon', 'event_cover', 'chat', 'general'],
              },
              alt: { type: 'string' },
              entityId: { type: 'string' },
            },
            required: ['file', 'purpose'],
          },
        },
      }
    : json({
        type: 'object',
        properties: {
          image: { type: 'string', contentEncoding: 'base64', description: 'Without data URL prefix.' },
          contentType: { type: 'string', default: 'image/jpeg' },
        },
        required: ['image'],
      });

/** JSON schemas of request bodies, from their types. */
const createBodies = (components, { aliases, interfaces }) => {
  const schemaOf = (type) => {
    const open = ts.isTypeReferenceNode(type) && type.typeName.text === 'Open';
    if (open) return { type: 'string', 'x-known-values': valuesOf(type.typeArguments[0], aliases) };
    if (ts.isTypeReferenceNode(type)) return schemaOf(aliases[type.typeName.text]);
    const parts = (ts.isUnionTypeNode(type) ? [...type.types] : [type]).filter(
      ({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword,
    );
    const rest = parts.filter((part) => part.getText() !== 'null');
    if (rest.length < parts.length) return orNull(schemaOf(rest[0]));
    if (rest.every(ts.isLiteralTypeNode)) return { type: 'string', enum: rest.map(({ literal }) => literal.text) };
    const [only] = rest;
    if (rest.length === 1 && only !== type) return schemaOf(only);
    if (!/^(string|number|boolean)$/.test(type.getText())) throw new Error(`no JSON schema for ${type.getText()}`);
    return { type: type.getText() };
  };

  /** Fields of an interface, those of `Partial<…>` that it extends included. */
  const fieldsOf = (name) => {
    const declaration = interfaces[name];
    if (!declaration) throw new Error(`${name} is no interface of the models`);
    const base = declaration.heritageClauses?.[0]?.types[0];
    const [, partial] = /^Partial<(\w+)>$/.exec(base?.getText() ?? '') ?? [];
    if (base && !partial) throw new Error(`${name} extends something that is not understood`);
    return [
      ...(partial ? fieldsOf(partial).map((field) => ({ ...field, isOptional: true })) : []),
      ...declaration.members.map((member) => ({
        key: member.name.text,
        isOptional: Boolean(member.questionToken),
        schema: { ...schemaOf(member.type), ...describe({ description: commentOn(member) }) },
      })),
    ];
  };

  return {
    refTo: (name) => {
      const fields = fieldsOf(name);
      const required = fields.filter(({ isOptional }) => !isOptional).map(({ key }) => key);
      components[name] ??= {
        ...describe({ description: commentOn(interfaces[name]) }),
        type: 'object',
        properties: Object.fromEntries(fields.map(({ key, schema }) => [key, schema])),
        ...(required.length && { required }),
      };
      return { $ref: `#/components/schemas/${name}` };
    },
    schemaOfParameter: (type) => {
      const [, open] = /^Open<(\w+)>$/.exec(type) ?? [];
      return { type: 'string', ...(open && { 'x-known-values': valuesOf(aliases[open], aliases) }) };
    },
  };
};

/** What the source says of each model and its fields: comments and the values that have names. */
const readModels = () => {
  const aliases = {};
  const interfaces = {};
  const models = {};
  const files = readdirSync(`${root}src/models`).map((name) => {
    const file = `${root}src/models/${name}`;
    return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  });
  for (const file of files)
    for (const node of file.statements) if (ts.isTypeAliasDeclaration(node)) aliases[node.name.text] = node.type;
  for (const file of files)
    for (const node of file.statements) {
      if (ts.isInterfaceDeclaration(node)) {
        interfaces[node.name.text] = node;
        (models[node.name.text] ??= {}).description = commentOn(node);
      }
      if (!ts.isVariableStatement(node)) continue;
      const [{ name, initializer }] = node.declarationList.declarations;
      const literal = initializer && ts.isCallExpression(initializer) && initializer.arguments[0];
      if (!/Schema$/.test(name.text) || !literal || !ts.isObjectLiteralExpression(literal)) continue;
      (models[name.text.replace(/Schema$/, '')] ??= {}).fields = Object.fromEntries(
        literal.properties.map((property) => [
          property.name.text,
          { description: commentOn(property), values: valuesIn(property.initializer, aliases) },
        ]),
      );
    }
  return { models, aliases, interfaces };
};

const commentOn = (node) => {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return comment && ts.getTextOfJSDocComment(comment).replace(/\s+/g, ' ');
};

/** Of `text as OpenText<UserStatus>`. */
const valuesIn = (node, aliases) => {
  if (/^(maybe|list)$/.test(node.expression?.text)) return valuesIn(node.arguments[0], aliases);
  if (!ts.isAsExpression(node)) return undefined;
  const [, argument] = /Open(?:Text)?<([^<>]+)>/.exec(node.getText()) ?? [];
  return argument && literalsIn(aliases[argument]?.getText() ?? argument);
};

const valuesOf = (type, aliases) => literalsIn((aliases[type.typeName?.text] ?? type).getText());

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
