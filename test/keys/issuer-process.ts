import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  buildJwksAnswer,
  createKeyRing,
  encryptToken,
  type KeyRing,
  keysFromFile,
} from '../../src/keys/index.ts'
import { answerMessages } from './answer-messages.ts'

/**
 * An issuer with a signing ring, as a process of its own, that encrypts tokens for a resource server
 * and presents them there as fast as it can: `token-rotation.test.ts`.
 */

export type IssuerOrders =
  | { readonly keyFile: string }
  | { readonly resource: string }
  /** Issue some tokens that are presented when the end comes. */
  | { readonly keep: number }
  | { readonly stop: true }
  | { readonly report: true }

export interface IssuerReport {
  readonly admitted: number
  readonly failures: readonly string[]
  /** What was signed and encrypted with. */
  readonly signingKids: readonly string[]
  readonly encryptionKids: readonly string[]
  /** The keys that the resource server was told when it asked last. */
  readonly published: readonly (string | undefined)[]
}

type EncryptionKey = Parameters<typeof encryptToken>[1]['encryptionKey']

/** How long the keys of the resource server are used without asking again. */
const KEEP_MILLISECONDS = 300
const PAUSE_MILLISECONDS = 3
const LIFETIME_SECONDS = 600

let ring: KeyRing | undefined
let issuer = ''
let resource = ''
let encryption: { readonly key: EncryptionKey; readonly readAt: number } | undefined
const state = { isRunning: true }
let admitted = 0
let published: readonly (string | undefined)[] = []
const failures: string[] = []
const kept: string[] = []
const used = { signing: new Set<string>(), encryption: new Set<string>() }

answerMessages(async (message) => {
  const orders = message as IssuerOrders
  if ('keyFile' in orders) return { issuer: await serve(orders.keyFile) }
  if ('resource' in orders) {
    ;({ resource } = orders)
    void run()
  }
  if ('keep' in orders) {
    for (let count = 0; count < orders.keep; count += 1) kept.push(await issue())
  }
  if ('stop' in orders) {
    state.isRunning = false
    for (const token of kept) await present(token)
  }
  return {
    admitted,
    failures,
    signingKids: [...used.signing],
    encryptionKids: [...used.encryption],
    published,
  } satisfies IssuerReport
})

async function serve(keyFile: string): Promise<string> {
  const keys = await createKeyRing({ use: 'signing', source: keysFromFile(keyFile) })
  ring = keys
  const server = createServer((_request, response) => void publish(keys, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return issuer
}

async function publish(keys: KeyRing, response: ServerResponse): Promise<void> {
  const answer = await buildJwksAnswer([keys], { maxAgeSeconds: 60 })
  const text = await answer.text()
  published = (JSON.parse(text) as { keys: { kid?: string }[] }).keys.map(({ kid }) => kid)
  response.writeHead(200, Object.fromEntries(answer.headers)).end(text)
}

async function run(): Promise<void> {
  while (state.isRunning) {
    await issue()
      .then(present)
      .catch((error: unknown) => failures.push(String(error)))
    await sleep(PAUSE_MILLISECONDS)
  }
}

async function issue(): Promise<string> {
  const signing = await ring?.current()
  if (signing === undefined) throw new Error('no keys')
  const encryptionKey = await readEncryptionKey()
  used.signing.add(signing.kid)
  used.encryption.add(encryptionKey.kid ?? '')
  return encryptToken(
    { iss: issuer, aud: resource, sub: 'alice', client_id: 'app' },
    { encryptionKey, signingKey: signing.reveal(), lifetimeSeconds: LIFETIME_SECONDS },
  )
}

async function readEncryptionKey(): Promise<EncryptionKey> {
  if (encryption === undefined || performance.now() - encryption.readAt > KEEP_MILLISECONDS) {
    const answer = await fetch(new URL('/.well-known/jwks.json', resource))
    const { keys } = (await answer.json()) as { keys: EncryptionKey[] }
    const key = keys.find(({ use }) => use === 'enc')
    if (key === undefined) throw new Error('no encryption key')
    encryption = { key, readAt: performance.now() }
  }
  return encryption.key
}

async function present(token: string): Promise<void> {
  const answer = await fetch(resource, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  if (answer.status === 200) admitted += 1
  else failures.push(`${answer.status} ${text}`)
}
