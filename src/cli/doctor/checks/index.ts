export { CHECKS } from './all.ts'
