import { join } from 'node:path'
import { BINARIES } from './install.ts'
import type { Command } from './run-process.ts'
import type { ServedSettings } from './suite/served-settings.ts'
import { type WorkerOptions, writeWorker } from './workerd.ts'

/** One runtime, and how it is started. `directory` is the stage, with the suite in it. */
export interface Runtime {
  readonly name: string
  readonly program: string
  suite(directory: string): Promise<Command>
  serve(directory: string, settings: ServedSettings): Promise<Command>
}

const installed = (name: string): string => join(BINARIES, 'node_modules/.bin', name)
/** One of several, whose programs have the same name. */
const installedNode = (release: string): string =>
  join(BINARIES, 'node_modules', release, 'bin/node')

/** The oldest date with `process.getBuiltinModule`; far older ones behave differently, too. */
const OLD = '2024-09-23'
/** The release that the lockfile pins, where Node.js compatibility is the default. */
export const NEW = '2026-10-23'

/** The program that Cloudflare runs Workers with. */
export const WORKERD = installed('workerd')

/** All runtimes, the one that the others are compared with first. */
export const RUNTIMES: readonly Runtime[] = [
  node('Node 24, the current one', process.execPath),
  node('Node 22.19, the oldest supported', installedNode('node22')),
  node('Node 26, the next one', installedNode('node26')),
  {
    name: 'Deno',
    program: installed('deno'),
    suite: async (cwd) => deno(cwd, ['run', 'main.ts']),
    serve: async (cwd, settings) => {
      const { hostname, port } = new URL(settings.resource)
      const permissions = ['--allow-env', '--allow-net=127.0.0.1']
      const listen = [`--host=${hostname}`, `--port=${port}`]
      return withSettings(deno(cwd, ['serve', ...permissions, ...listen, 'serve.ts']), settings)
    },
  },
  {
    name: 'Bun',
    program: installed('bun'),
    suite: async (cwd) => bun(cwd, 'main.ts'),
    serve: async (cwd, settings) => withSettings(bun(cwd, 'serve.ts'), settings),
  },
  workerd(`workerd (${NEW})`, { compatibilityDate: NEW, compatibilityFlags: [] }, true),
  workerd(
    `workerd (${OLD}, nodejs_compat)`,
    { compatibilityDate: OLD, compatibilityFlags: ['nodejs_compat'] },
    true,
  ),
  workerd(`workerd (${OLD})`, { compatibilityDate: OLD, compatibilityFlags: [] }, false),
]

function node(name: string, program: string): Runtime {
  return {
    name,
    program,
    suite: async (cwd) => ({ program, parameters: ['main.ts'], cwd }),
    serve: async (cwd, settings) =>
      withSettings({ program, parameters: ['serve-node.ts'], cwd }, settings),
  }
}

// The caches of both would be in the home directory.
function deno(cwd: string, parameters: readonly string[]): Command {
  return { program: installed('deno'), parameters, cwd, env: { DENO_DIR: join(cwd, '.deno') } }
}

function bun(cwd: string, file: string): Command {
  const env = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: join(cwd, '.bun') }
  return { program: installed('bun'), parameters: [file], cwd, env }
}

function workerd(
  name: string,
  compatibility: Pick<WorkerOptions, 'compatibilityDate' | 'compatibilityFlags'>,
  hasAsyncContext: boolean,
): Runtime {
  const program = WORKERD
  const directoryName = name.replace(/[^a-z0-9]+/g, '-')
  return {
    name,
    program,
    suite: async (cwd) => {
      const config = await writeWorker(join(cwd, `${directoryName}test`), {
        ...compatibility,
        entry: join(cwd, 'worker.ts'),
        bindings: { EXPECTATIONS: { hasAsyncContext } },
      })
      return { program, parameters: ['test', '--no-verbose', config], cwd }
    },
    serve: async (cwd, settings) => {
      const config = await writeWorker(join(cwd, `${directoryName}serve`), {
        ...compatibility,
        entry: join(cwd, 'serve-worker.ts'),
        bindings: { SETTINGS: settings },
        address: new URL(settings.resource).host,
      })
      return { program, parameters: ['serve', config], cwd }
    },
  }
}

function withSettings(command: Command, settings: ServedSettings): Command {
  return { ...command, env: { ...command.env, SETTINGS: JSON.stringify(settings) } }
}
