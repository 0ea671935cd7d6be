import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** How a process is started. */
export interface Command {
  readonly program: string
  readonly parameters: readonly string[]
  readonly cwd: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** A process that has ended. */
export interface EndedProcess {
  /** `null` if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  /** All it wrote, for the reader of a failure. */
  readonly output: string
}

const TIMEOUT_MILLISECONDS = 120_000

/** Runs a program to its end; rejects if it cannot be started. */
export async function runProcess(command: Command): Promise<EndedProcess> {
  const { program, parameters, cwd, env = {} } = command
  const child = spawn(program, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MILLISECONDS,
  })
  const [code, stdout, stderr] = await Promise.all([
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    }),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, stdout, output: `${stdout}${stderr}` }
}
