export declare const checkMaps: (
  root: string,
  packed: ReadonlySet<string>,
) => {
  readonly failures: readonly string[];
  readonly count: number;
  readonly names: number;
};
