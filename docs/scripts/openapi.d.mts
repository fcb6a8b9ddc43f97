import type { OperationCase } from '../../test/operations.table.js';

export declare const makeOpenApi: (from: {
  readonly table: readonly OperationCase[];
  /** The exports of `lagclient/schemas`, by name. */
  readonly schemas: Readonly<Record<string, unknown>>;
}) => object;
