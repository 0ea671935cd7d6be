import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { isReachable } from './services.ts'

/** A Redis server of one test's own, which keeps nothing. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/** @param settings As on the command line of `redis-server`. */
export async function startRedisServer(
  settings: readonly string[] = [],
  port?: number,
): Promise<RedisServer> {
  const chosen = port ?? (await freePort())
  const fixed = ['--port', `${chosen}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-redis-'))
  const server = spawn('redis-server', [...fixed, '--dir', folder, ...settings], {
    stdio: 'ignore',
  })
  while (!(await isReachable('127.0.0.1', chosen))) {
    if (server.exitCode !== null) throw new Error('redis-server has ended')
    await sleep(20)
  }
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}
