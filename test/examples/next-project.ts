import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What the application imports, and Next.js itself. */
const PACKAGES = [
  '@modelcontextprotocol',
  '@next',
  '@swc',
  '@types',
  'jose',
  'mcp-handler',
  'next',
  'react',
  'react-dom',
  'typescript',
  'zod',
]
// What is linked stands outside of the project.
const CONFIG = `export default {
  transpilePackages: ['mcp-gatehouse'],
  turbopack: { root: '/' },
}
`

/** An application of Next.js that answers requests. */
export interface NextApplication {
  /** What it has written. */
  readonly output: () => string
  close(): Promise<void>
}

/**
 * Copies `examples/next` into a project of its own, and has Next.js serve it: the MCP server is
 * `examples/next/app/mcp/route.ts`.
 */
export async function startNext(
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<NextApplication> {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-gatehouse-next-'))
  writeProject(directory)
  const program = join(directory, 'node_modules/next/dist/bin/next')
  const child = spawn(
    process.execPath,
    [program, 'dev', '--port', String(port), '--hostname', '127.0.0.1'],
    {
      cwd: directory,
      env: { ...process.env, ...env, NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  return {
    output: () => output,
    async close() {
      await end(child)
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function writeProject(directory: string): void {
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  for (const name of PACKAGES)
    symlinkSync(resolve('node_modules', name), join(modules, name), 'dir')
  writeSources(join(modules, 'mcp-gatehouse'))
  cpSync('examples/next', directory, { recursive: true })
  writeFileSync(join(directory, 'next.config.mjs'), CONFIG)
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n')
}

/** The package by its sources, which a bundler does not take by the condition that tests have. */
function writeSources(target: string): void {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { readonly 'mcp-gatehouse-source'?: string }>
  }
  const sources = Object.entries(exports).map(([name, paths]) => [
    name,
    paths['mcp-gatehouse-source'],
  ])
  cpSync('src', join(target, 'src'), { recursive: true })
  const description = {
    name: 'mcp-gatehouse',
    type: 'module',
    exports: Object.fromEntries(sources),
  }
  writeFileSync(join(target, 'package.json'), JSON.stringify(description))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}
