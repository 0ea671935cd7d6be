/**
 * fast-check, with one seed for `npm test`: a gate that passed passes again. `npm run test:fuzz`
 * tries other values each time. A failure prints its seed, which `FUZZ_SEED` repeats.
 *
 * @module
 */
import { configureGlobal } from 'fast-check'

const { FUZZ_RUNS, FUZZ_SEED = FUZZ_RUNS === undefined ? '1' : undefined } = process.env

if (FUZZ_SEED !== undefined) configureGlobal({ seed: Number(FUZZ_SEED) })

export * from 'fast-check'
