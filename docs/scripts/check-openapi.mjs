import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

/** Throws where docs/public/openapi.json is no OpenAPI 3.1 description. */
export const checkOpenApi = async () => {
  const file = new URL('../public/openapi.json', import.meta.url);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(readFileSync(file, 'utf8')));
  if (!valid || validator.version !== '3.1') throw new Error(`openapi.json is not valid: ${JSON.stringify(errors)}`);
};
