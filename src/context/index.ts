/**
 * The caller of the request that is being handled, without passing it along.
 *
 * @module
 */
export { currentPrincipal, runWithPrincipal } from './current-principal.ts'
