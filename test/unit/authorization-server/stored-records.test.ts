import { describe, expect, test } from 'vitest'
import {
  formatContent,
  parseContent,
} from '../../../src/authorization-server/adapter/record-content.ts'
import { createRecordNames } from '../../../src/authorization-server/adapter/record-names.ts'
import { indexWrite, readIndex } from '../../../src/authorization-server/adapter/second-names.ts'
import type { ClientMetadata } from '../../../src/authorization-server/clients/client-metadata.ts'
import { createDocumentRecords } from '../../../src/authorization-server/clients/document-records.ts'
import { createInitialAccessTokens } from '../../../src/authorization-server/clients/initial-access-tokens.ts'
import { createRegistrationRecords } from '../../../src/authorization-server/clients/registration-records.ts'
import { createRefreshAnswers } from '../../../src/authorization-server/grants/refresh-answers.ts'
import type { AccessRequest } from '../../../src/authorization-server/interaction/access-request.ts'
import { createApprovalRecords } from '../../../src/authorization-server/interaction/approvals.ts'
import { createSteps } from '../../../src/authorization-server/interaction/steps.ts'
import { CREDENTIAL_FORMAT } from '../../../src/authorization-server/upstream/credential.ts'
import { createSignIns } from '../../../src/authorization-server/upstream/sign-ins.ts'
import { createUserRecords } from '../../../src/authorization-server/users.ts'
import { createCredentialRecords } from '../../../src/oauth-client/credential-records.ts'
import { createHashKey, systemClock } from '../../../src/runtime/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { createMemoryAdapter } from '../../../src/testing/memory-adapter.ts'
import { keysOf } from './support/answers.ts'

const METADATA: ClientMetadata = {
  application_type: 'web',
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/cb'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}
const REQUEST: AccessRequest = {
  clientId: 'client',
  clientName: 'Client',
  verifiedDomain: undefined,
  redirectUri: 'https://app.example/cb',
  resource: 'https://mcp.example.com/mcp',
  requestedResource: 'https://mcp.example.com/mcp',
  scopes: ['a'],
  openidScopes: [],
  prompts: new Set(),
  loginHint: undefined,
  documentHash: 'hash',
  meanings: { a: '' },
}
const REGISTRATION = {
  mode: 'open',
  initialAccessTokens: [],
  maxPerHour: 1,
  maxClients: 1,
  unusedSeconds: 60,
  ttlSeconds: 60,
} as const

/** Writes a good record with every field, and gives what reads it. */
type Write = (storage: Storage) => Promise<() => Promise<unknown>>

const RECORDS: readonly (readonly [kind: string, write: Write])[] = [
  [
    'user',
    async (storage) => {
      const users = createUserRecords(storage, undefined, { ttlSeconds: 60 })
      const user = { issuer: 'https://id.example.com', subject: 'a', upstream: 'up', claims: {} }
      const accountId = await users.save(user)
      return () => users.find(accountId)
    },
  ],
  [
    'interaction-step',
    async (storage) => {
      const steps = createSteps(storage, undefined, 60)
      await steps.approve('uid', 0, { documentHash: 'hash', remember: false })
      await steps.signIn('uid', 'alice')
      return () => steps.read('uid')
    },
  ],
  [
    'approval',
    async (storage) => {
      const approvals = createApprovalRecords(storage, undefined, 60, () => 0)
      await approvals.save('alice', REQUEST, { grantId: 'grant', remember: true })
      return () => approvals.isRemembered('alice', REQUEST)
    },
  ],
  [
    'hash-key',
    async (storage) => {
      await createHashKey(storage, undefined, systemClock)()
      return () => createHashKey(storage, undefined, systemClock)()
    },
  ],
  [
    'grant',
    async (storage) => {
      await storage.set('grant::1', formatContent({ payload: '{}', answerKey: 'key' }))
      return async () => parseContent('grant', await valueOf(storage, 'grant::1'))
    },
  ],
  [
    'session-uid',
    async (storage) => {
      await storage.commit([indexWrite('session-uid::1', 'session::1', 60)])
      return async () => readIndex(await valueOf(storage, 'session-uid::1'))
    },
  ],
  [
    'refresh-answer',
    async (storage) => {
      const names = createRecordNames(storage, { tenant: undefined, clock: systemClock })
      const answers = createRefreshAnswers(storage, names, 60)
      await storage.commit([await answers.writeOf('token', { request: '', body: {} }, undefined)])
      return () => answers.find('token')
    },
  ],
  [
    'registration',
    async (storage) => {
      const adapter = createMemoryAdapter(() => 0)('Client')
      await adapter.upsert('client', { client_id: 'client' }, 60)
      const recordsOf = () =>
        createRegistrationRecords(REGISTRATION, storage, undefined, adapter, systemClock)
      await recordsOf().add('client', METADATA)
      return () => recordsOf().noteUse('client')
    },
  ],
  [
    'registration-digest',
    async (storage) => {
      const adapter = createMemoryAdapter(() => 0)('Client')
      const records = createRegistrationRecords(
        REGISTRATION,
        storage,
        undefined,
        adapter,
        systemClock,
      )
      await records.add('client', METADATA)
      return () => records.findSame(METADATA)
    },
  ],
  [
    'initial-access-token',
    async (storage) => {
      const tokens = createInitialAccessTokens([], storage, undefined, systemClock)
      const token = await tokens.issue({ ttlSeconds: 60, grantTypes: ['client_credentials'] })
      return () => tokens.find(token)
    },
  ],
  [
    'client-document',
    async (storage) => {
      const records = createDocumentRecords(storage, undefined)
      const record = { metadata: METADATA, freshUntil: 0, isApproved: false }
      await records.set('https://app.example/client', record)
      return () => records.get('https://app.example/client')
    },
  ],
  [
    'upstream-token',
    async (storage) => {
      const { value, options } = CREDENTIAL_FORMAT.format({
        accountId: 'alice',
        upstream: 'upstream',
        subject: 'alice',
        state: 'active',
        accessToken: 'access',
        refreshToken: 'refresh',
        scopes: ['a'],
        expiresAt: 1,
        refreshAt: 1,
        intent: { fence: 1, at: 1 },
        failures: 0,
        retryAt: 1,
      })
      await storage.set('upstream-token::1', value, options)
      return () => createCredentialRecords(storage, CREDENTIAL_FORMAT).read('upstream-token::1')
    },
  ],
  [
    'sign-in',
    async (storage) => {
      const signIns = createSignIns({ storage, isSecure: true, emit: () => undefined })
      const state = 's'.repeat(43)
      const attempt = {
        upstream: 'upstream',
        issuer: 'https://id.example.com',
        redirectUri: 'https://as.example.com/callback/upstream',
        state,
        nonce: 'nonce',
        codeVerifier: 'verifier',
        scopes: ['openid'],
      }
      const signIn = { uid: 'uid', attempt, documentHash: 'hash', remember: false }
      const { setCookie } = await signIns.create(signIn, undefined)
      const cookieHeader = setCookie.split(';', 1)[0]
      return () => signIns.find({ state, upstream: 'upstream', cookieHeader, correlationId: 'id' })
    },
  ],
]

async function valueOf(storage: Storage, key: string): Promise<Uint8Array> {
  const record = await storage.get(key)
  if (record === undefined) throw new Error(`no record ${key}`)
  return record.value
}

const NESTED: ReadonlySet<string> = new Set(['approval', 'attempt', 'intent'])

/** The object with one field after the other, also those of objects in it, replaced by a wrong one. */
function spoil(content: Readonly<Record<string, unknown>>): readonly object[] {
  const spoilt: object[] = []
  for (const [name, value] of Object.entries(content)) {
    const parts = NESTED.has(name) ? spoil(value as Readonly<Record<string, unknown>>) : []
    for (const wrong of [[5], ...parts]) spoilt.push({ ...content, [name]: wrong })
  }
  return spoilt
}

describe.each(RECORDS)('a record of the kind %s', (kind, write) => {
  test('is read as it was written, and names its version', async () => {
    const storage = memory()
    const read = await write(storage)
    await expect(read()).resolves.not.toThrow()
    const [key = '', ...more] = await keysOf(storage, kind)
    expect(more).toEqual([])
    expect(new TextDecoder().decode(await valueOf(storage, key))).toMatch(/^\{"version":1,"/)
  })

  test('is refused with any field of another type, and of another version', async () => {
    const storage = memory()
    const read = await write(storage)
    const [key = ''] = await keysOf(storage, kind)
    const text = new TextDecoder().decode(await valueOf(storage, key))
    const content = JSON.parse(text) as Readonly<Record<string, unknown>>
    const spoilt = [...spoil(content), { ...content, version: 2 }, { version: 1 }, null]
    expect(spoilt.length).toBeGreaterThan(4)
    for (const value of ['', ...spoilt.map((each) => JSON.stringify(each))]) {
      await storage.set(key, new TextEncoder().encode(value))
      const outcome = await read().catch((error: unknown) => error)
      expect({ value, outcome }).toMatchObject({ outcome: { code: 'ERR_STORAGE_TAMPERED' } })
    }
  })
})
