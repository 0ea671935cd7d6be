/**
 * alice signs in at two processes over one PostgreSQL, which take turns, until there is one.
 *
 * `node --conditions=mcp-gatehouse-source examples/replicas/client.ts` starts everything but the
 * database, which DATABASE_URL names, and ends with 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKey } from 'mcp-gatehouse/keys'
import { Client } from 'pg'
import { openSession } from '../todo-manager/session.ts'

const {
  DATABASE_URL = 'postgres://postgres@127.0.0.1:5432/postgres',
  SCHEMA = `replicas_${process.pid}`,
} = process.env
const ALICE = { username: 'alice', password: 'wonderland' }

interface Replica {
  readonly port: number
  readonly process: ChildProcess
  /** How many requests it got. */
  served: number
}

const replicas: Replica[] = []
let turn = 0
/** Round robin, in place of a real load balancer; there are no sticky sessions. */
const balancer = createServer((incoming, outgoing) => {
  const replica = replicas[turn++ % replicas.length]
  if (replica === undefined) {
    outgoing.writeHead(503).end()
    return
  }
  replica.served += 1
  const { method, url: path, headers } = incoming
  const forwarded = request({ host: '127.0.0.1', port: replica.port, method, path, headers })
  forwarded.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  incoming.pipe(forwarded)
})
balancer.listen(0, '127.0.0.1')
await once(balancer, 'listening')
const publicUrl = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`
const keys = await mkdtemp(join(tmpdir(), 'replicas-'))

try {
  for (const use of ['signing', 'cookies', 'storage'] as const) {
    const file = JSON.stringify({ keys: [await generateKey({ use })] })
    await writeFile(join(keys, `${use}.json`), file, { mode: 0o600 })
  }
  replicas.push(...(await Promise.all([startReplica(), startReplica()])))
  await tellStory()
} finally {
  for (const replica of replicas) replica.process.kill()
  balancer.close()
  balancer.closeAllConnections()
  await rm(keys, { recursive: true })
  const database = new Client(DATABASE_URL)
  await database.connect()
  await database.query(`DROP SCHEMA IF EXISTS "${SCHEMA}" CASCADE`)
  await database.end()
}

async function tellStory(): Promise<void> {
  const session = await openSession(`${publicUrl}/mcp`, ALICE, ALICE)
  const find = async () => (await session.callTool('find_notes', { text: 'milk' })).text
  const found = await find()
  assert.match(found, /^\S+ looks for milk$/)
  for (let call = 0; call < 10; call += 1) assert.equal(await find(), found)
  const [one, other] = replicas.map(({ served }) => served)
  assert(one !== undefined && other !== undefined && Math.abs(one - other) <= 1)
  console.log('alice registers, signs in and calls tools: every other request is for the other one')

  const [gone] = replicas.splice(0, 1)
  gone?.process.kill('SIGKILL')
  assert.equal(await find(), found)
  const again = await openSession(`${publicUrl}/mcp`, ALICE, ALICE)
  assert.equal((await again.callTool('find_notes', { text: 'milk' })).text, found)
  console.log('one of them is killed: the other one takes her token, and lets her sign in again')
  await Promise.all([session.close(), again.close()])
}

async function startReplica(): Promise<Replica> {
  const port = await freePort()
  const env = { PUBLIC_URL: publicUrl, DATABASE_URL, SCHEMA, KEYS: keys, PORT: String(port) }
  const child = fork(new URL('replica.ts', import.meta.url), { env: { ...process.env, ...env } })
  await once(child, 'message')
  return { port, process: child, served: 0 }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
