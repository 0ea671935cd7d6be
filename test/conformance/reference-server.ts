import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { z } from 'zod'
import type { LoopbackServer } from './loopback-server.ts'

const { resolve } = createRequire(import.meta.url)
const packageJson = resolve('@modelcontextprotocol/server-everything/package.json')
const addressMessage = z.object({ address: z.string(), port: z.number() })

/** Its program, which is told how to be reached. */
export const REFERENCE_PROGRAM: string = join(packageJson, '..', 'dist', 'index.js')

/** Starts `@modelcontextprotocol/server-everything`, Streamable HTTP, in a process of its own. */
export async function startReferenceServer(): Promise<LoopbackServer> {
  const child = fork(join(packageJson, '..', 'dist', 'transports', 'streamableHttp.js'), {
    execArgv: ['--import', join(import.meta.dirname, 'listen-on-loopback.ts')],
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const started = once(child, 'message').then(([message]) => addressMessage.parse(message))
  const failed = exited.then(([code]) => {
    throw new Error(`server-everything exited with ${String(code)} before it listened`)
  })
  const { address, port } = await Promise.race([started, failed])
  return {
    origin: `http://${address}:${port}`,
    close: async () => {
      child.kill()
      await exited
    },
  }
}
