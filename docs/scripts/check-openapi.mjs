import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

/** Throws if a file of docs/public/ is not an OpenAPI 3.1 description. */
export const checkOpenApi = async () => {
  for (const name of ['openapi.json', 'sandbox-openapi.json']) {
    const file = new URL(`../public/${name}`, import.meta.url);
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(readFileSync(file, 'utf8')));
    if (!valid || validator.version !== '3.1') throw new Error(`${name} is not valid: ${JSON.stringify(errors)}`);
  }
};
