export { createPossession, type ProvePossession } from './possession.ts'
