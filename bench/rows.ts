import type { Row } from './measurement.ts'

/** What is measured, in the order of the report. */
export const ROWS: Readonly<Record<string, () => Promise<Row>>> = {
  'tool-call-warm': () => import('./rows/tool-call-warm.ts'),
  'tool-call-fresh': () => import('./rows/tool-call-fresh.ts'),
  'sdk-bearer': () => import('./rows/sdk-bearer.ts'),
  'mcp-auth': () => import('./rows/mcp-auth.ts'),
  policy: () => import('./rows/policy.ts'),
  list: () => import('./rows/list.ts'),
  storage: () => import('./rows/storage.ts'),
  take: () => import('./rows/take.ts'),
  memory: () => import('./rows/memory.ts'),
  import: () => import('./rows/import.ts'),
}
