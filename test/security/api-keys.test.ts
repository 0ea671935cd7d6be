import { createResourceServer, type ResourceServerOptions, type TokenVerifier } from 'mcp-gatehouse'
import { memory } from 'mcp-gatehouse/storage'
import { type ApiKeys, createApiKeys, firstOf, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { createTestClock, type TestClock } from './support/test-clock.ts'
import { RESOURCE, startIssuer, startTokenGate, type TokenGate } from './support/token-gate.ts'

const DAY = 86_400
const JOB = { name: 'job', scopes: ['notes:read'] }

interface KeyGate extends TokenGate {
  readonly apiKeys: ApiKeys
  readonly keyClock: TestClock
}

/** A gate for JWTs and API keys, as the documentation has it. */
async function startKeyGate(options: Partial<ResourceServerOptions> = {}): Promise<KeyGate> {
  const issuer = await startIssuer()
  const clock = createTestClock()
  const apiKeys = createApiKeys({ storage: memory(), resource: RESOURCE, clock })
  const signed = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true, clock })
  const verifier = firstOf([signed, apiKeys.verifier])
  const gate = await startTokenGate({ issuer, verifier, clock, ...options })
  return { ...gate, apiKeys, keyClock: clock }
}

describe('an API key at the gate', () => {
  test('is a client of the resource, beside the users of the authorization server', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue({ ...JOB, clientId: 'importer', tenant: 'acme' })
    const principal = await gate.admit(key)
    expect(principal).toMatchObject({
      kind: 'client',
      issuer: RESOURCE,
      subject: undefined,
      clientId: 'importer',
      tenant: 'acme',
      id: JSON.stringify([RESOURCE, 'acme', 'client', 'importer']),
    })
    expect([...principal.scopes]).toEqual(['notes:read'])
    expect(await gate.admit(gate.token())).toMatchObject({ kind: 'user', subject: 'alice' })
  })

  test('of a subject is not the user of that name at the authorization server', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue({ ...JOB, subject: 'alice' })
    const ofKey = await gate.admit(key)
    const ofToken = await gate.admit(gate.token())
    expect([ofKey.kind, ofKey.subject, ofToken.subject]).toEqual(['user', 'alice', 'alice'])
    expect(ofKey.id).not.toBe(ofToken.id)
  })

  test('without the scope is asked for it, as a token is', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue({ ...JOB, scopes: ['other'] })
    expect(await gate.ask(key)).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('error="insufficient_scope"'),
      handlerRan: false,
    })
  })

  test('ends with its time, and says so', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue({ ...JOB, expiresInSeconds: DAY })
    gate.keyClock.pass(DAY + 29)
    expect(await gate.ask(key)).toEqual(gate.admitted())
    gate.keyClock.pass(1)
    expect(await gate.ask(key)).toEqual(gate.refused('exp'))
  })

  test('is refused by the request after its revocation', async () => {
    const gate = await startKeyGate()
    const { key, keyId } = await gate.apiKeys.issue(JOB)
    expect(await gate.ask(key)).toEqual(gate.admitted())
    await gate.apiKeys.revoke(keyId)
    expect(await gate.ask(key)).toEqual(gate.refused('revoked'))
  })

  test('ends with whoever is revoked as a whole', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue({ ...JOB, clientId: 'importer' })
    const { key: other } = await gate.apiKeys.issue({ ...JOB, clientId: 'other' })
    await gate.gatehouse.revoke({ issuer: RESOURCE, clientId: 'importer' })
    expect(await gate.ask(key)).toEqual(gate.refused('revoked'))
    expect(await gate.ask(other)).toEqual(gate.admitted())
  })

  test('has the lifetime that it was issued with, and no other limit', async () => {
    const gate = await startKeyGate({ maxTokenLifetimeSeconds: 3_600, maxTokenAgeSeconds: 3_600 })
    const { key } = await gate.apiKeys.issue(JOB)
    gate.keyClock.pass(30 * DAY)
    expect(await gate.ask(key)).toEqual(gate.admitted())
  })

  test('needs a subject where subjects are required', async () => {
    const gate = await startKeyGate({ requireSubject: true })
    const { key } = await gate.apiKeys.issue(JOB)
    const { key: ofAlice } = await gate.apiKeys.issue({ ...JOB, subject: 'alice' })
    expect(await gate.ask(key)).toEqual(gate.refused('sub'))
    expect(await gate.ask(ofAlice)).toEqual(gate.admitted())
  })

  test('of another resource over the same store is refused by its audience', async () => {
    const [storage, clock] = [memory(), createTestClock()]
    const here = createApiKeys({ storage, resource: RESOURCE, clock })
    const there = createApiKeys({ storage, resource: 'https://h/other', clock })
    const gate = await startKeyGate({ verifier: firstOf([here.verifier]) })
    const { key } = await there.issue(JOB)
    expect(await gate.ask(key)).toEqual(gate.refused('aud'))
  })

  test('is in no audit event', async () => {
    const gate = await startKeyGate()
    const { key } = await gate.apiKeys.issue(JOB)
    await gate.ask(key)
    await gate.ask(`${key}x`)
    expect(JSON.stringify(gate.events)).not.toContain(key.slice(4, 20))
    expect(gate.events.map(({ type }) => type)).toEqual(['auth.allow', 'auth.deny'])
  })
})

describe('the issuer of a verifier', () => {
  const create = (issuers: unknown) => () =>
    createResourceServer({
      resource: RESOURCE,
      authorizationServers: ['https://id.example.com'],
      verifier: {
        verify: async () => ({ ok: false, reason: 'verifier' }),
        issuers,
      } as TokenVerifier,
    })

  test('is not one of the authorization servers, whose tokens have rules of their own', () => {
    expect(create([RESOURCE])).not.toThrow()
    expect(create([RESOURCE, 'https://id.example.com'])).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_ISSUER_DUPLICATE' }),
    )
  })

  test('is a name in a list', () => {
    expect(create('https://h')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }))
    expect(create([''])).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_NOT_A_STRING' }))
  })

  test('is in no token of the built-in verifier, and in no metadata', async () => {
    const gate = await startKeyGate()
    expect(await gate.ask(gate.token({ iss: RESOURCE }))).toEqual(gate.refused('iss'))
    expect(gate.gatehouse.protectedResourceMetadata.authorization_servers).toEqual([
      gate.issuer.issuer,
    ])
  })
})
