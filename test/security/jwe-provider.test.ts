import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { type Configuration, Provider } from 'oidc-provider'
import { afterAll, describe, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createMemoryAdapter } from '../../src/testing/memory-adapter.ts'
import { encrypt } from './support/jwe-gate.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const KEYS_URL = 'https://mcp.example.com/.well-known/jwks.json'
const SECRET = 'a-secret-of-thirty-two-characters'

const stored = { keys: [await generateKey({ use: 'encryption' })] }
const ring = await createKeyRing({ use: 'encryption', source: keysFromFunction(() => stored) })
const server = createServer()
const issuer = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
afterAll(() => close(server))

const events: AuditEvent[] = []
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [issuer],
  requiredClaims: ['department'],
  publishedKeys: [ring],
  verifier: jweVerifier({
    keys: ring,
    nested: jwtVerifier({ issuer, requireAtJwt: true, allowInsecureLoopback: true }),
  }),
  allowInsecureLoopback: true,
  onEvent: (event) => void events.push(event),
})
const handle = gatehouse.protect((_request, { principal }) =>
  Response.json({ id: principal.id, department: principal.claims['department'] }),
)

/** As whoever encrypts for the server reads it. */
const published = (await (await handle(new Request(KEYS_URL))).json()) as { keys: JWK[] }
const [recipient = {}] = published.keys
const answerRequest = new Provider(issuer, await configure(recipient)).callback()
server.on('request', (request, response) => void answerRequest(request, response))

describe('an authorization server that encrypts its access tokens (oidc-provider)', () => {
  test('SEC-045 is believed, by its signature inside', async () => {
    const token = await askForToken()
    expect(token.split('.')).toHaveLength(5)
    const answer = await ask(token)
    expect(await answer.json()).toEqual({
      id: JSON.stringify([issuer, null, 'client', 'robot']),
      department: 'sales',
    })
    expect(answer.status).toBe(200)
  })

  test('SEC-045 whoever has only its published keys is not', async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud: RESOURCE, sub: 'robot', client_id: 'robot' }
    const content = { ...claims, department: 'sales', iat: now, exp: now + 60 }
    const unsigned = [JSON.stringify(content), `${unsecured(content)}.`]
    for (const [index, text] of unsigned.entries()) {
      expect(await refusalOf(await encrypt(text, recipient))).toBe(['unsigned_jwe', 'alg'][index])
    }
    const signed = await askForToken('https://mcp.example.com/plain')
    expect(await refusalOf(signed)).toBe('not_encrypted')
    expect(await refusalOf(await encrypt(signed, recipient))).toBe('aud')
  })
})

function unsecured(content: object): string {
  return [{ alg: 'none', typ: 'at+jwt' }, content]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}

async function ask(token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  return handle(new Request(RESOURCE, { headers }))
}

async function refusalOf(token: string): Promise<string | undefined> {
  const answer = await ask(token)
  expect(answer.status).toBe(401)
  const event = events.at(-1)
  return event?.type === 'auth.deny' ? event.reason : event?.type
}

/** A token for a client that acts for itself (RFC 6749 §4.4). */
async function askForToken(resource = RESOURCE): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`robot:${SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

async function configure({ alg = '', kid = '', ...recipientJwk }: JWK): Promise<Configuration> {
  const key = (await importJWK(recipientJwk, alg)) as CryptoKey
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const encryption = { alg: 'RSA-OAEP-256', enc: 'A256GCM', key, kid } as const
  return {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: 'robot',
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        id_token_signed_response_alg: 'ES256',
        redirect_uris: [],
        response_types: [],
      },
    ],
    extraTokenClaims: () => ({ department: 'sales' }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: {
            sign: { alg: 'ES256' },
            ...(resource === RESOURCE && { encrypt: encryption }),
          },
        }),
      },
    },
    ttl: { ClientCredentials: 300 },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
  }
}
