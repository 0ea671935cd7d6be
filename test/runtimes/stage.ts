import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { runProcess } from './run-process.ts'

const PROJECT = resolve(import.meta.dirname, '../..')
/** What the suite imports beside the package; found in the project's own `node_modules`. */
const DEPENDENCIES = ['@modelcontextprotocol', 'jose', 'zod']

/** What users are shown for Workers; the second is what the first imports. */
const EXAMPLES = ['examples/workers/worker.ts', 'examples/quick-start/server.ts']

/** A project that has the package installed as it is published, with the suite in it. */
export interface Stage {
  readonly directory: string
  remove(): void
}

/** Builds the package into a new directory, so that the runtimes load what users will. */
export async function createStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-gatehouse-runtimes-'))
  const stage = { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
  const modules = join(directory, 'node_modules')
  try {
    await build(join(modules, 'mcp-gatehouse'))
    for (const name of DEPENDENCIES) {
      symlinkSync(join(PROJECT, 'node_modules', name), join(modules, name), 'dir')
    }
    cpSync(join(import.meta.dirname, 'suite'), directory, { recursive: true })
    for (const file of EXAMPLES) cpSync(join(PROJECT, file), join(directory, file))
    writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n')
    return stage
  } catch (error) {
    stage.remove()
    throw error
  }
}

async function build(target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const { code, output } = await runProcess({
    program: join(PROJECT, 'node_modules/.bin/tsc'),
    parameters: ['-p', 'tsconfig.build.json', '--outDir', join(target, 'dist')],
    cwd: PROJECT,
  })
  if (code !== 0) throw new Error(`The package does not build:\n${output}`)
  cpSync(join(PROJECT, 'package.json'), join(target, 'package.json'))
}
