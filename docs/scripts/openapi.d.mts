import type { OperationCase } from '../../test/operations.table.js';

export declare const makeOpenApi: (from: {
  readonly table: readonly OperationCase[];
  /** All that `src/models` exports, by name. */
  readonly schemas: Readonly<Record<string, unknown>>;
}) => object;
