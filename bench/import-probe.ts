/** Imports one module in a fresh process: prints the milliseconds it took, or what was loaded. */
import { registerHooks } from 'node:module'
import { performance } from 'node:perf_hooks'

const [specifier = '', mode] = process.argv.slice(2)
const loaded: string[] = []
if (mode === 'modules') {
  registerHooks({
    load(url, context, nextLoad) {
      loaded.push(url)
      return nextLoad(url, context)
    },
  })
}
const startedAt = performance.now()
await import(specifier)
const milliseconds = performance.now() - startedAt
process.stdout.write(JSON.stringify(mode === 'modules' ? loaded : milliseconds))
