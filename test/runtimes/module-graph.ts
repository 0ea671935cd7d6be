/**
 * Prints the {@link ModuleGraph} of an entry as JSON: workerd resolves nothing itself, and strips no
 * types.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The files that an entry loads, directly or not. */
export interface ModuleGraph {
  /** JavaScript by URL, the entry first. */
  readonly sources: Readonly<Record<string, string>>
  readonly edges: readonly ModuleEdge[]
  /** The URLs of modules with a default export, which `export *` leaves out. */
  readonly withDefault: readonly string[]
}

/** One `import` of a module that stands in a file. */
export interface ModuleEdge {
  readonly importer: string
  readonly specifier: string
  readonly url: string
}

/** The conditions that Cloudflare's own tools resolve packages with. */
const CONDITIONS = ['workerd', 'worker', 'browser', 'import', 'default']

const edges: ModuleEdge[] = []
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, { ...context, conditions: CONDITIONS })
    const { parentURL: importer } = context
    if (importer !== undefined && importer !== import.meta.url && isFile(resolved.url)) {
      edges.push({ importer, specifier, url: resolved.url })
    }
    return resolved
  },
})

const [path = ''] = process.argv.slice(2)
const entry = pathToFileURL(path).href
await import(entry)
const sources: Record<string, string> = {}
const withDefault: string[] = []
for (const url of new Set([entry, ...edges.map((edge) => edge.url)])) {
  sources[url] = readJavaScript(url)
  if ('default' in (await import(url))) withDefault.push(url)
}
console.log(JSON.stringify({ sources, edges, withDefault } satisfies ModuleGraph))

function readJavaScript(url: string): string {
  const source = readFileSync(fileURLToPath(url), 'utf8')
  return url.endsWith('.ts') ? stripTypeScriptTypes(source) : source
}

function isFile(url: string): boolean {
  return url.startsWith('file:')
}
