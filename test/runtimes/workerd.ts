import { mkdirSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModuleGraph } from './module-graph.ts'
import { runProcess } from './run-process.ts'

/** What a Worker is made of. */
export interface WorkerOptions {
  /** The file with the default export, which imports the rest. */
  readonly entry: string
  /** Decides which features of workerd are switched on. */
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
  /** JSON values that the Worker gets as its `env`. */
  readonly bindings: Readonly<Record<string, unknown>>
  /** Host and port to listen on; none for a test. */
  readonly address?: string
}

/** Writes a Worker and all its modules into a new directory; returns the configuration's path. */
export async function writeWorker(directory: string, worker: WorkerOptions): Promise<string> {
  mkdirSync(directory)
  const modules = await collectModules(worker.entry)
  const listed = [...modules].map(([name, source], index) => {
    writeFileSync(join(directory, `${index}.js`), source)
    return `(name = ${quote(name)}, esModule = embed "${index}.js")`
  })
  const path = join(directory, 'config.capnp')
  writeFileSync(path, formatConfig(listed, worker))
  return path
}

/** The sources of all modules by name, the entry first. */
async function collectModules(entry: string): Promise<ReadonlyMap<string, string>> {
  const { sources, edges, withDefault } = await readGraph(entry)
  const modules = new Map(Object.entries(sources).map(([url, source]) => [nameOf(url), source]))
  for (const { importer, specifier, url } of edges) {
    if (specifier.startsWith('.')) continue
    // workerd takes the name of a package to be relative to the importer, so one has to be there.
    const name = posix.join(posix.dirname(nameOf(importer)), specifier)
    const target = quote(posix.relative(posix.dirname(name), nameOf(url)))
    const reexportDefault = withDefault.includes(url) ? `export { default } from ${target}\n` : ''
    modules.set(name, `export * from ${target}\n${reexportDefault}`)
  }
  return modules
}

async function readGraph(entry: string): Promise<ModuleGraph> {
  const script = join(import.meta.dirname, 'module-graph.ts')
  const { code, stdout, output } = await runProcess({
    program: process.execPath,
    parameters: [script, entry],
    cwd: import.meta.dirname,
  })
  if (code !== 0) throw new Error(`The modules of ${entry} cannot be listed:\n${output}`)
  return JSON.parse(stdout) as ModuleGraph
}

function nameOf(url: string): string {
  return fileURLToPath(url).slice(1)
}

function formatConfig(modules: readonly string[], worker: WorkerOptions): string {
  const { compatibilityDate, compatibilityFlags, bindings, address } = worker
  const listedBindings = Object.entries(bindings).map(
    ([name, value]) => `(name = ${quote(name)}, json = ${quote(JSON.stringify(value))})`,
  )
  const sockets =
    address === undefined
      ? ''
      : `sockets = [(name = "http", address = ${quote(address)}, http = (), service = "worker")],`
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["local", "private"])),
  ],
  ${sockets}
);
const worker :Workerd.Worker = (
  modules = [${modules.join(',\n    ')}],
  compatibilityDate = ${quote(compatibilityDate)},
  compatibilityFlags = [${compatibilityFlags.map(quote).join(', ')}],
  bindings = [${listedBindings.join(', ')}],
);
`
}

/** JSON escapes what is used here as Cap'n Proto text does. */
function quote(text: string): string {
  return JSON.stringify(text)
}
