import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from '../run-process.ts'

/** A server in another process. */
export interface ServedProcess {
  stop(): Promise<void>
}

const START_MILLISECONDS = 30_000
const LOOK_AGAIN_MILLISECONDS = 50

/** Starts a server and waits until `url` is answered. */
export async function startServer(command: Command, url: string): Promise<ServedProcess> {
  const { program, parameters, cwd, env = {} } = command
  const child = spawn(program, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const server = { stop: () => stop(child) }
  try {
    await answers(url, child)
    return server
  } catch (error) {
    await server.stop()
    throw new Error(`${program} does not serve ${url}:\n${output}`, { cause: error })
  }
}

/** A port that nobody listens on: the address is part of the configuration of what is served. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS
  while (child.exitCode === null && performance.now() < deadline) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    // A process tells nobody that it listens in a way that all runtimes share.
    await wait(LOOK_AGAIN_MILLISECONDS)
  }
  throw new Error(child.exitCode === null ? 'no answer in time' : `ended with ${child.exitCode}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
