export { type Clock, systemClock } from './clock.ts'
export { sha256 } from './digest.ts'
export { nodeBuiltin } from './node-builtin.ts'
export { randomId } from './random-id.ts'
