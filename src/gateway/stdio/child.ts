import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { createLineReader } from './lines.ts'
import { ProcessFailure } from './process-failure.ts'

/** What a process is started with. */
export interface ChildOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Largest line of its output. */
  readonly maxMessageBytes: number
  /** How long its first message may take. */
  readonly startTimeoutSeconds: number
}

/** Who is told what a process does. */
export interface ChildListener {
  /** A line of its output. @returns Whether it is a message. */
  line(text: string): boolean
  stderr(chunk: Buffer): void
  /** It is over, once. @param failure `undefined` where it was told to end. */
  end(failure: ProcessFailure | undefined): void
}

/** A process that speaks JSON-RPC, a message per line. */
export interface Child {
  /** Why it takes no further message; `undefined` where it does. */
  refusal(): ProcessFailure | undefined
  /** Writes a message; one that has ended gets none. */
  send(message: unknown): void
  /** Adds to what waits for slow clients; where that is too much, the process is not read. */
  hold(bytes: number): void
  /** Ends it and everything that it has started. Resolves when it is over. */
  stop(): Promise<void>
}

/** Between the closed input, SIGTERM and SIGKILL. */
const STOP_STEP_MILLISECONDS = 2_000
/** For what is left in the pipes when the process has exited. */
const REST_MILLISECONDS = 200
const MAX_UNREAD_BYTES = 33_554_432
const MAX_HELD_BYTES = 1_048_576

type Spawned = ChildProcessByStdio<Writable, Readable, Readable>

/** Starts a process in a group of its own, so that what it starts itself ends with it. */
export function startChild(options: ChildOptions, listener: ChildListener): Child {
  const { promise: ended, resolve: settle } = Promise.withResolvers<void>()
  const spawned = spawnGroup(options)
  let reason: ProcessFailure | undefined
  let state: 'running' | 'stopping' | 'over' = 'running'
  let held = 0

  const startTimer = setTimeout(() => {
    fail('STDIO_TIMEOUT', 'The process said nothing in time.')
  }, options.startTimeoutSeconds * 1_000)

  function fail(code: ProcessFailure['code'], message: string): void {
    reason ??= new ProcessFailure(code, message)
    void stop()
  }

  function finish(): void {
    if (state === 'over') return
    const wasTold = state === 'stopping' && reason === undefined
    state = 'over'
    clearTimeout(startTimer)
    for (const stream of [spawned.stdin, spawned.stdout, spawned.stderr]) stream.destroy()
    settle()
    listener.end(wasTold ? undefined : (reason ?? describeExit(spawned)))
  }

  async function stop(): Promise<void> {
    if (state !== 'running') return ended
    state = 'stopping'
    clearTimeout(startTimer)
    await endGroup(spawned, ended)
  }

  const lines = createLineReader(options.maxMessageBytes, (line) => {
    if (state === 'running' && listener.line(line)) clearTimeout(startTimer)
  })
  spawned.stdout.on('data', (chunk: Buffer) => {
    if (state === 'running' && !lines.push(chunk)) fail('STDIO_ENDED', 'A message is too long.')
  })
  spawned.stderr.on('data', (chunk: Buffer) => listener.stderr(chunk))
  // What its input does not take is told by its end.
  spawned.stdin.on('error', () => undefined)
  spawned.once('error', (error) => {
    reason ??= describeStart(error, options)
    if (spawned.pid === undefined) finish()
  })
  spawned.once('exit', () => {
    signalGroup(spawned, 'SIGKILL')
    setTimeout(finish, REST_MILLISECONDS)
  })
  spawned.once('close', finish)

  return {
    stop,
    refusal: () => refusalOf(spawned, state === 'running'),
    send(message) {
      if (state === 'running') spawned.stdin.write(`${JSON.stringify(message)}\n`)
    },
    hold(bytes) {
      held += bytes
      if (state !== 'running') return
      if (held > MAX_HELD_BYTES) spawned.stdout.pause()
      else spawned.stdout.resume()
    },
  }
}

/** Closes the input, which servers end on (MCP, stdio, "Shutdown"), and makes those end that do not. */
async function endGroup(spawned: Spawned, ended: Promise<void>): Promise<void> {
  // Nobody reads its output any more, and it must not wait for that.
  spawned.stdout.resume()
  spawned.stdin.end()
  const terminate = setTimeout(() => signalGroup(spawned, 'SIGTERM'), STOP_STEP_MILLISECONDS)
  const kill = setTimeout(() => signalGroup(spawned, 'SIGKILL'), 2 * STOP_STEP_MILLISECONDS)
  await ended
  clearTimeout(terminate)
  clearTimeout(kill)
}

const groups = new Set<number>()
const killGroups = (): void => {
  for (const pid of groups) signalGroup({ pid }, 'SIGKILL')
}

/** What is still there when this process exits ends with it. */
function keepTrackOf(spawned: Spawned): void {
  const { pid } = spawned
  if (pid === undefined) return
  if (groups.size === 0) process.once('exit', killGroups)
  groups.add(pid)
  spawned.once('exit', () => {
    groups.delete(pid)
    if (groups.size === 0) process.off('exit', killGroups)
  })
}

function spawnGroup({ args, command, cwd, environment }: ChildOptions): Spawned {
  const spawned = spawn(command, args, {
    cwd,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  if (!hasPipes(spawned)) {
    spawned.once('error', () => undefined)
    throw new ProcessFailure('STDIO_NOT_STARTED', 'No file descriptor is left for the process.')
  }
  keepTrackOf(spawned)
  return spawned
}

/** Node makes none where the process may open no further file, whatever its types say. */
function hasPipes({ stdin }: { readonly stdin: Writable | undefined }): boolean {
  return stdin !== undefined
}

function refusalOf({ stdin }: Spawned, isRunning: boolean): ProcessFailure | undefined {
  if (!isRunning) return new ProcessFailure('STDIO_ENDED', 'The process has ended.')
  return stdin.writableLength > MAX_UNREAD_BYTES
    ? new ProcessFailure('STDIO_FULL', 'The process does not read its input.')
    : undefined
}

/** What has ended already is no mistake. */
function signalGroup({ pid }: Pick<Spawned, 'pid'>, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // No process is left in the group.
  }
}

/** Node says the same of a folder that is not there as of a command, and repeats the arguments. */
function describeStart({ message }: Error, { cwd }: ChildOptions): ProcessFailure {
  const isLost = cwd !== undefined && !existsSync(cwd)
  const why = isLost ? `its folder ${cwd} does not exist` : message
  return new ProcessFailure('STDIO_NOT_STARTED', `The process cannot be started: ${why}.`)
}

function describeExit({ exitCode, signalCode }: Spawned): ProcessFailure {
  const how = signalCode === null ? `with code ${exitCode}` : `by ${signalCode}`
  return new ProcessFailure('STDIO_ENDED', `The process ended ${how}.`)
}
