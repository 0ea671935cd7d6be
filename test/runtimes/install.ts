import { statSync } from 'node:fs'
import { join } from 'node:path'
import { runProcess } from './run-process.ts'

/** Where the runtimes are installed, apart from the project's own dependencies. */
export const BINARIES = join(import.meta.dirname, 'binaries')

/** Installs the runtimes unless what is installed is what the lockfile says. */
export async function installRuntimes(): Promise<void> {
  // npm leaves this file behind at the end of an installation.
  const installed = modifiedAt(join(BINARIES, 'node_modules/.package-lock.json'))
  if (installed > modifiedAt(join(BINARIES, 'package-lock.json'))) return
  console.log('Installing the runtimes …')
  const { code, output } = await runProcess({
    program: 'npm',
    parameters: ['ci', '--no-audit', '--no-fund'],
    cwd: BINARIES,
  })
  if (code !== 0) throw new Error(`The runtimes cannot be installed:\n${output}`)
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
