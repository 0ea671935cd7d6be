const { FUZZ_RUNS = '200' } = process.env

/** How often each property is tried: 200 times in `npm test`, else as `npm run test:fuzz` says. */
export const RUNS = { numRuns: Number(FUZZ_RUNS) }
