import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Most of the time of a start is compiling, so what was compiled is kept. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'gatehouse-compile-cache')

/**
 * Starts a process of Node.js from a TypeScript file.
 *
 * @param stdout `pipe` gives the parent what it writes. @defaultValue `inherit`
 */
export function forkProcess(
  file: string,
  stdout: 'inherit' | 'pipe' = 'inherit',
  parameters: readonly string[] = [],
): ChildProcess {
  return fork(file, parameters, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_COMPILE_CACHE },
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  })
}
