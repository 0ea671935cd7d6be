export { type ConnectionPages, createConnectionPages } from './create-connection-pages.ts'
