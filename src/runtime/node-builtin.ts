import type * as AsyncHooks from 'node:async_hooks'
import type * as Crypto from 'node:crypto'
import type * as FileSystem from 'node:fs'
import type * as Path from 'node:path'
import type * as Sqlite from 'node:sqlite'

interface BuiltinModules {
  'node:async_hooks': typeof AsyncHooks
  'node:crypto': typeof Crypto
  'node:fs': typeof FileSystem
  'node:path': typeof Path
  'node:sqlite': typeof Sqlite
}

/**
 * A Node.js module where the platform has it, `undefined` elsewhere. There is no `import` of a
 * `node:` module in the pure entries, so that every web-standard runtime can load them.
 */
export function nodeBuiltin<Name extends keyof BuiltinModules>(
  name: Name,
): BuiltinModules[Name] | undefined {
  if (typeof process === 'undefined' || typeof process.getBuiltinModule !== 'function') {
    return undefined
  }
  return process.getBuiltinModule(name)
}
