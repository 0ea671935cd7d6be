/**
 * The sealing of records, for what is not in a store: it is no entry of the package.
 *
 * @module
 */
export { createSealer, type Sealer } from '../sealer.ts'
