import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactEncrypt, importJWK } from 'jose'
import { createResourceServer, type TokenVerifier } from 'mcp-gatehouse'
import {
  buildJwksAnswer,
  createKeyRing,
  encryptionKeysFromEnvironment,
  generateKey,
  type KeyRing,
  keysFromFunction,
} from 'mcp-gatehouse/keys'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { expect, onTestFinished, test } from 'vitest'
import { openWorld, type ParityWorld, RESOURCE } from './world.ts'

// mcp-auth-middleware. What it takes for a scope, a claim that has to be there, is `requiredClaims`.

const key = await generateKey({ use: 'encryption' })
const USER = { name: 'Alice', email: 'alice@example.com' }

const openRing = (): Promise<KeyRing> =>
  createKeyRing({ use: 'encryption', source: keysFromFunction(() => ({ keys: [key] })) })

/** A server for encrypted tokens that need a name and an address. */
async function openJweWorld(claimsAsScopes = false): Promise<{
  world: ParityWorld
  mint: (data: object) => Promise<string>
}> {
  const ring = await openRing()
  const world = await openWorld({
    options: ({ issuer }) => ({
      verifier: jweVerifier({
        keys: ring,
        nested: jwtVerifier({ issuer, allowInsecureLoopback: true }),
        unwrapData: true,
      }),
      requiredClaims: ['name', 'email'],
      claimsAsScopes,
      publishedKeys: [ring],
    }),
  })
  const mint = async (data: object) => encryptFor(ring, await world.mint({ data }))
  return { world, mint }
}

/** What a sender does who knows nothing but the published key. */
async function encryptFor(ring: KeyRing, content: string): Promise<string> {
  const [published] = (await ring.publicJwks()).keys
  const { alg = '', kid = '' } = published ?? {}
  return new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader({ alg, kid, enc: 'A256GCM', cty: 'JWT' })
    .encrypt(await importJWK({ ...published }, alg))
}

async function statuses(world: ParityWorld, tokens: readonly string[]): Promise<number[]> {
  const answers: number[] = []
  for (const token of tokens) answers.push((await world.ping(token)).status)
  return answers
}

test('system 2: JWE bearer tokens with required claims', async () => {
  const create = (requiredClaims: unknown) => () =>
    createResourceServer({
      resource: RESOURCE,
      authorizationServers: ['https://id.example.com'],
      requiredClaims: requiredClaims as string[],
    })
  for (const wrong of [[' '], [{ scope: 'name' }], 'name', [1]]) {
    expect(create(wrong)).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  }
  expect(create(['name', 'email', 'name'])).not.toThrow()

  const { world, mint } = await openJweWorld()
  const token = await mint(USER)
  expect(token.split('.')).toHaveLength(5)
  expect(JSON.parse(await world.callTool(token, 'whoami'))).toMatchObject(USER)
  const forged = await encryptFor(await openRing(), JSON.stringify({ ...USER, role: 'admin' }))
  expect((await world.ping(forged)).status).toBe(401)
  expect(world.reasons()).toEqual(['unsigned_jwe'])
})

test('system 2: a scope is a claim that has to be there', async () => {
  const { world, mint } = await openJweWorld()
  const scopes = await mint({ scope: 'name email' })
  const empty = await mint({ ...USER, email: '' })
  const nothing = await mint({ ...USER, email: null })
  const named = await mint(USER)
  expect(await statuses(world, [scopes, empty, nothing, named])).toEqual([401, 401, 401, 200])
  expect(world.reasons()).toEqual(['claims', 'claims', 'claims'])
})

test('system 2: every claim is needed for every request', async () => {
  const { world, mint } = await openJweWorld()
  const tokens = [await mint({ name: 'Alice' }), await mint({ email: 'a@example.com' })]
  expect(await statuses(world, [...tokens, await mint(USER)])).toEqual([401, 401, 200])
})

test('system 2: the public keys at /.well-known/jwks.json, or elsewhere', async () => {
  const { world } = await openJweWorld()
  const answer = await world.send('/.well-known/jwks.json')
  const { keys } = (await answer.json()) as { keys: object[] }
  expect([answer.status, keys.map((one) => Object.keys(one).toSorted())]).toEqual([
    200,
    [['alg', 'e', 'kid', 'kty', 'n', 'use']],
  ])
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')

  const ring = await openRing()
  const app = world.gatehouse.protectFetch(() => buildJwksAnswer([ring]), {
    publicPaths: ['/keys'],
  })
  const elsewhere = await app(new Request('https://mcp.example.com/keys'))
  expect(await elsewhere.json()).toEqual({ keys })
})

test('system 2: the document at /.well-known/openid-configuration', async () => {
  const { world } = await openJweWorld(true)
  const headers = { host: 'evil.example' }
  const answer = await world.send('/.well-known/openid-configuration', { headers })
  expect(await answer.json()).toEqual({
    issuer: 'https://mcp.example.com',
    jwks_uri: 'https://mcp.example.com/.well-known/jwks.json',
    scopes_supported: ['name', 'email'],
  })
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
})

test('system 2: 403 missing_scopes names the claims that are missing', async () => {
  const { world, mint } = await openJweWorld(true)
  const answer = await world.ping(await mint({ name: 'Alice' }))
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, null])
  expect(await answer.json()).toEqual({ error: 'missing_scopes', missing: [{ scope: 'email' }] })
})

test('system 2: get_user in a tool', async () => {
  const { world, mint } = await openJweWorld()
  const users = [USER, { name: 'Bob', email: 'bob@example.com' }]
  const tokens = await Promise.all(users.map(mint))
  const seen = await Promise.all(tokens.map((token) => world.callTool(token, 'whoami')))
  expect(seen.map((text) => JSON.parse(text) as object)).toMatchObject(users)
})

test('system 2: a verifier of your own', async () => {
  const world = await openWorld({
    options: ({ issuer }) => ({
      verifier: {
        async verify(token) {
          if (token === 'unknown') return { ok: false, reason: 'verifier' }
          const aud = token === 'elsewhere' ? 'https://other.example.com' : RESOURCE
          const exp = Math.floor(Date.now() / 1000) + 60
          return { ok: true, value: { issuer, claims: { iss: issuer, sub: token, aud, exp } } }
        },
      } satisfies TokenVerifier,
    }),
  })
  expect(await statuses(world, ['alice', 'unknown', 'elsewhere'])).toEqual([200, 401, 401])
  expect(world.reasons()).toEqual(['verifier', 'aud'])
})

test('system 2: keys from the file that MCP_KEY_FILE_PATH names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parity-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'mcp-private.json')
  await writeFile(path, JSON.stringify({ keys: [key] }), { mode: 0o600 })
  const ring = await encryptionKeysFromEnvironment({ environment: { MCP_KEY_FILE_PATH: path } })
  expect((await ring.current()).kid).toBe(key.kid)
  for (const environment of [{}, { MCP_KEY_FILE_PATH: join(folder, 'gone.json') }]) {
    const started = encryptionKeysFromEnvironment({ environment })
    await expect(started).rejects.toMatchObject({ code: 'ERR_CONFIG_KEY_FILE' })
  }
})

test('system 2: verify_token, get_jwks and is_configured outside of a request', async () => {
  const ring = await openRing()
  const { issuer } = await openWorld()
  const nested = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true })
  const verifier = jweVerifier({ keys: ring, nested })
  const good = await encryptFor(ring, await issuer.mint({ aud: RESOURCE, ...USER }))
  expect(await verifier.verify(good)).toMatchObject({ ok: true, value: { claims: USER } })
  expect(await verifier.verify(good.slice(0, -2))).toMatchObject({ ok: false })
  expect((await ring.publicJwks()).keys).toMatchObject([{ kid: key.kid, use: 'enc' }])
  // One that is not configured does not start.
  expect(() => jweVerifier({ nested } as unknown as Parameters<typeof jweVerifier>[0])).toThrow(
    expect.objectContaining({ name: 'ConfigError' }),
  )
})
