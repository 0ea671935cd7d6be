import type { ConnectionsCore } from '../../src/connections/connections.ts'
import { createRequire } from '../../src/connections/tools/index.ts'
import type { Reader } from './option-reader.ts'

/** As much of connections as `require` reads before it is called. */
const CORE = {
  settings: { services: new Map([['github', {}]]), keys: {} },
} as unknown as ConnectionsCore

/** What tools say about the connections that they need. */
export const TOOL_READERS: Readonly<Record<string, Reader>> = {
  'connections.require': {
    type: 'RequireOptions',
    good: { mode: 'wait', waitSeconds: 60, purpose: 'to list issues' },
    names: ['mode', 'waitSeconds', 'purpose'],
    read: (options) => createRequire(CORE).require('github', () => undefined, options),
  },
}
