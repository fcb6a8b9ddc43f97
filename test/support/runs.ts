/** Generated cases of the fuzz tests in `npm run test:fuzz`; not set in `npm test`. */
export const FUZZ_RUNS = process.env['FUZZ_RUNS'];

/** The size of what takes long: `usual` in `npm test`, `full` in `npm run test:fuzz`. */
export const sized = (usual: number, full: number): number => (FUZZ_RUNS ? full : usual);
