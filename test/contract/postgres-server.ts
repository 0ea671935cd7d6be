import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isReachable } from './services.ts'

/** A PostgreSQL server of one test's own. */
export interface PostgresServer {
  readonly url: string
  /** Where its cluster is (`data`), and what it logs (`server.log`). */
  readonly folder: string
  stop(): Promise<void>
}

/**
 * Makes a cluster and starts a server on it. It refuses to run as root: then it runs as `postgres`.
 *
 * @param settings As `name=value`.
 */
export async function startPostgresServer(
  settings: readonly string[] = [],
): Promise<PostgresServer> {
  const user = process.getuid?.() === 0 ? userIds('postgres') : undefined
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-postgres-'))
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  const programs = execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim()
  const data = join(folder, 'data')
  const initial = ['--auth=trust', '--username=postgres', '--no-sync', '--encoding=UTF8']
  const options = { cwd: folder, ...user }
  execFileSync(join(programs, 'initdb'), [...initial, data], { ...options, stdio: 'ignore' })

  const port = await freePort()
  const fixed = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=']
  const parameters = [...fixed, ...settings].flatMap((setting) => ['-c', setting])
  const log = openSync(join(folder, 'server.log'), 'a', 0o600)
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...parameters], {
    ...options,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  while (!(await isReachable('127.0.0.1', port))) {
    if (server.exitCode !== null) throw new Error('postgres has ended')
    await sleep(20)
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    folder,
    async stop() {
      server.kill('SIGQUIT')
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}

function userIds(name: string): { readonly uid: number; readonly gid: number } {
  const id = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
