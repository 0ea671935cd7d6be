import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { listen } from './listen.ts'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const SCOPE = 'mcp:tools'

/** An authorization server on loopback: metadata, one RS256 key, and as many tokens as asked for. */
export interface Issuer {
  readonly issuer: string
  readonly jwksUri: string
  /** Different access tokens (RFC 9068), each for a user of its own. */
  mint(count: number): Promise<readonly string[]>
  close(): Promise<void>
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }
  const documents = new Map<string, unknown>()
  const server = createServer((request, response) => {
    const document = documents.get(request.url ?? '')
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  const { origin: issuer, close } = await listen(server)
  documents.set('/.well-known/oauth-authorization-server', buildMetadata(issuer))
  documents.set('/jwks', { keys: [jwk] })
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    mint: (count) => mintTokens(issuer, privateKey, count),
    close,
  }
}

function buildMetadata(issuer: string): unknown {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: [SCOPE],
  }
}

async function mintTokens(issuer: string, key: CryptoKey, count: number): Promise<string[]> {
  const tokens: string[] = []
  // In groups, so that the thread pool is busy and 100,000 promises do not pile up.
  while (tokens.length < count) {
    const size = Math.min(64, count - tokens.length)
    const group = Array.from({ length: size }, () => mintToken(issuer, key))
    tokens.push(...(await Promise.all(group)))
  }
  return tokens
}

function mintToken(issuer: string, key: CryptoKey): Promise<string> {
  const user = crypto.randomUUID()
  return new SignJWT({ client_id: 'https://client.example.com/metadata.json', scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', kid: 'bench', typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(user)
    .setAudience(RESOURCE)
    .setJti(user)
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(key)
}
