import { execFileSync } from 'node:child_process'
import { realpathSync, rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Measurement } from '../measurement.ts'
import { compare } from '../rounds.ts'

const ROOT = new URL('../../', import.meta.url)
/** Below `node_modules`, so that `jose` is found from there. */
const BUILD = new URL('node_modules/.cache/mcp-gatehouse-bench/', ROOT)
const PROBE = fileURLToPath(new URL('../import-probe.ts', import.meta.url))

/** Folders that are no part of the resource server. */
const OTHER_ROLES: ReadonlySet<string> = new Set([
  'adapters',
  'authorization-server',
  'cli',
  'connections',
  'gateway',
  'keys',
  'pages',
  'providers',
  'storage',
  'testing',
])

/** What `import 'mcp-gatehouse'` loads, and how long it takes beside `jose`; built, as it is published. */
export async function measure(): Promise<readonly Measurement[]> {
  const entry = build()
  const modules = listModules(entry)
  const home = new URL('.', entry).href
  const strangers = modules.filter((url) => !isExpected(url, home))
  const comparison = await compare({
    subject: () => timeImport(entry),
    reference: () => timeImport('jose'),
    rounds: 15,
    warmup: 2,
    seconds: 20,
  })
  return [
    {
      what: "modules that `import 'mcp-gatehouse'` loads ÷ those of the resource server and `jose`",
      ratio: modules.length / (modules.length - strangers.length),
      budget: { atMost: 1 },
      ...(strangers.length > 0 && { note: strangers.slice(0, 5).join(', ') }),
    },
    { what: "time of `import 'mcp-gatehouse'` ÷ of `import 'jose'`", ...comparison },
  ]
}

function build(): string {
  const folder = fileURLToPath(BUILD)
  rmSync(folder, { recursive: true, force: true })
  execFileSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder], { cwd: ROOT })
  // As Node.js names modules: without symbolic links.
  return pathToFileURL(realpathSync(`${folder}index.js`)).href
}

function listModules(specifier: string): readonly string[] {
  return probe(specifier, 'modules') as string[]
}

async function timeImport(specifier: string): Promise<number> {
  return probe(specifier, 'milliseconds') as number
}

function probe(specifier: string, mode: 'modules' | 'milliseconds'): unknown {
  return JSON.parse(execFileSync(process.execPath, [PROBE, specifier, mode], { encoding: 'utf8' }))
}

function isExpected(url: string, home: string): boolean {
  if (url.includes('/node_modules/jose/')) return true
  if (!url.startsWith(home)) return false
  const [folder = ''] = url.slice(home.length).split('/')
  return !OTHER_ROLES.has(folder)
}
