import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

/** A PostgreSQL server of one test's own, with a cluster in a folder that goes with it. */
export interface PostgresServer {
  readonly url: string
  /** Where its cluster is (`data`), and what it logs (`server.log`). */
  readonly folder: string
  /** Starts it again; resolves when it takes connections. */
  start(): Promise<void>
  /** Ends it without a checkpoint, as `pg_ctl stop -m immediate` does. */
  stop(): Promise<void>
  /** Kills every process of it (SIGKILL). */
  kill(): Promise<void>
  /** Kills it, and deletes the cluster. */
  remove(): Promise<void>
}

/** Where Debian puts what is not on the PATH. */
const DEBIAN = '/usr/lib/postgresql'

/**
 * Why a server cannot be started here, as a sentence for the title of what is skipped; else empty.
 *
 * @throws {Error} With that sentence, where `REQUIRE_SERVICES=1` says that nothing is skipped.
 */
export function missingPostgresServer(): string {
  if (programs() !== undefined) return ''
  const sentence = ' (initdb of PostgreSQL is not there; install the package `postgresql`)'
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(sentence)
  return sentence
}

/**
 * Creates a cluster, which is durable as servers are by default, and starts it.
 *
 * @param settings As `name=value`.
 */
export async function startPostgresServer(
  settings: readonly string[] = [],
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'))
  const user = serverUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o700)
  const bin = programs() ?? ''
  const data = join(folder, 'data')
  execFileSync(
    join(bin, 'initdb'),
    ['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'],
    { ...user, cwd: folder, stdio: 'ignore' },
  )
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=16MB']
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const options = [...fixed, ...settings].flatMap((setting) => ['-c', setting])
    const log = openSync(join(folder, 'server.log'), 'a', 0o600)
    const started = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...options], {
      ...user,
      cwd: folder,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    server = started
    while (!(await takesConnections(url))) {
      if (hasEnded(started)) throw new Error('postgres has ended')
      await sleep(20)
    }
  }

  async function end(signal: () => void): Promise<void> {
    if (server === undefined || hasEnded(server)) return
    const ended = once(server, 'exit')
    signal()
    await ended
  }

  const kill = (): Promise<void> =>
    end(() => {
      // Its children would go on for a while, and keep a new server from starting.
      const children = childrenOf(server?.pid ?? 0)
      server?.kill('SIGKILL')
      for (const child of children) killIfThere(child)
    })
  await start()
  return {
    url,
    folder,
    start,
    stop: () => end(() => server?.kill('SIGQUIT')),
    kill,
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Where `initdb` and `postgres` are. */
function programs(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted().toReversed() : []
  const folders = versions.map((version) => join(DEBIAN, version, 'bin'))
  const known = [...(process.env['PATH'] ?? '').split(':'), ...folders]
  return known.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

/** PostgreSQL does not run as root. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (kind: string) => Number(execFileSync('id', [kind, 'postgres']).toString())
  return { uid: idOf('-u'), gid: idOf('-g') }
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', `${pid}`]).toString()
    return listed.trim().split(/\s+/).map(Number)
  } catch {
    return []
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
