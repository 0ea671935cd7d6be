import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { START_SECONDS } from '../security/support/test-clock.ts'

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts')
const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** A folder that is gone after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'))
  folders.push(folder)
  return folder
}

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly stdin?: string | readonly string[]
  readonly isTerminal?: { readonly stdin?: boolean; readonly stdout?: boolean }
  readonly env?: Readonly<Record<string, string>>
  readonly now?: number | (() => number)
  readonly fetch?: typeof globalThis.fetch
  readonly openUrl?: (url: string) => Promise<void>
}

/** Runs a command line in this process. */
export async function runHere(
  cwd: string,
  argv: readonly string[],
  { stdin = [], isTerminal = {}, env = {}, now = START_SECONDS, ...io }: Surroundings = {},
): Promise<Run> {
  const written = { stdout: '', stderr: '' }
  const code = await runCli(argv, {
    stdin: chunksOf(typeof stdin === 'string' ? [stdin] : stdin),
    stdout: { write: (chunk) => (written.stdout += chunk) },
    stderr: { write: (chunk) => (written.stderr += chunk) },
    env,
    isTerminal: { stdin: false, stdout: false, ...isTerminal },
    cwd,
    now: typeof now === 'number' ? () => now : now,
    // What would run until it is stopped is stopped at once.
    onSignal(signal, listener) {
      if (signal === 'SIGTERM') queueMicrotask(listener)
      return () => undefined
    },
    ...io,
  })
  return { code, ...written }
}

async function* chunksOf(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks
}

/** Starts the command line as a process of its own, under this umask and with this input. */
export function startProcess(cwd: string, argv: readonly string[], umask = '022', stdin?: string) {
  const command = `umask ${umask}; exec "$0" "$@"`
  const child = spawn('/bin/sh', ['-c', command, process.execPath, MAIN, ...argv], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(stdin)
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code]]): Run => ({ code: code as number | null, stdout, stderr }),
  )
  return { child, ended }
}

export async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

export interface WrittenKey {
  readonly kid: string
  readonly status: string
  readonly [member: string]: unknown
}

export async function readKeySet(path: string): Promise<readonly WrittenKey[]> {
  return (JSON.parse(await readFile(path, 'utf8')) as { keys: WrittenKey[] }).keys
}

const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** The secrets of key files, which may stand nowhere else. */
export function secretsOf(keys: readonly WrittenKey[]): readonly string[] {
  return keys.flatMap((key) => SECRET_MEMBERS.flatMap((member) => (key[member] as string) ?? []))
}
