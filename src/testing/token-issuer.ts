import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import {
  CompactEncrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { ConfigError } from '../errors/index.ts'
import { close, listen } from './loopback-server.ts'
import { createOpaqueTokens, type IntrospectionClient } from './opaque-tokens.ts'

/** A request that the issuer received. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** How a minted token deviates from a good one. To play a forger, let one issuer mint another's `iss`. */
export interface MintOptions {
  /** Merged into the header; `kid: undefined` leaves it out. */
  readonly header?: Partial<JWTHeaderParameters>
  /**
   * Encrypts the signed token for this public key of the resource server, with `kid` and `alg`
   * (RFC 7516). @defaultValue none
   */
  readonly encryptionKey?: JWK | undefined
}

/** An answer that replaces the usual one, to play a broken or hostile server. */
export interface CannedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Send the headers and the body, and never end. */
  readonly hang?: boolean
}

/** An issuer on a loopback socket that signs whatever claims it is asked to. */
export interface TokenIssuer {
  readonly issuer: string
  readonly jwksUri: string
  readonly requests: readonly RecordedRequest[]
  /** The metadata document; change it to publish something else. */
  readonly metadata: Record<string, unknown>
  /** The published keys; change them to publish something else. */
  readonly jwks: { keys: JWK[] }
  /** Answers a path in another way, or in the usual one again. */
  respond(path: string, answer: CannedAnswer | undefined): void
  /**
   * Signs claims. `iss`, `sub`, `client_id`, `iat` and `exp` (in 5 minutes) have defaults; a claim
   * that is `undefined` is left out.
   */
  mint(claims: Readonly<Record<string, unknown>>, options?: MintOptions): Promise<string>
  /** Issues a token that says nothing; the claims, with the same defaults, are for introspection. */
  mintOpaque(claims: Readonly<Record<string, unknown>>): string
  /** From now on introspection says of an opaque token that it is not active. */
  revoke(token: string): void
  /** Who may ask at `introspection_endpoint`, with the secret in the header or in the body. */
  readonly introspectionClient: IntrospectionClient
  /** Signs with a new key from now on; `keepOld` goes on publishing the present one. */
  rotate(options?: { readonly keepOld?: boolean }): Promise<void>
  close(): Promise<void>
}

/** What {@link createTokenIssuer} can be told. */
export interface TokenIssuerOptions {
  /** @defaultValue ES256 */
  readonly algorithm?: 'ES256' | 'RS256' | 'EdDSA'
  /** Path of the issuer identifier, such as `/t1`. @defaultValue none */
  readonly path?: string
  /** Seconds since the epoch. @defaultValue the system's clock */
  readonly now?: () => number
}

interface SigningKey {
  readonly privateKey: CryptoKey
  readonly kid: string
}

/**
 * Starts an issuer for tests of resource servers: discovery, a key set, introspection, and tokens to
 * order.
 *
 * It has NO sign-in and no token endpoint; for a whole flow use `createTestAuthorizationServer`, for
 * the ways of one provider its emulator.
 */
export async function createTokenIssuer(options: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  const { algorithm = 'ES256', path = '', now = () => Math.floor(Date.now() / 1000) } = options
  const requests: RecordedRequest[] = []
  const canned = new Map<string, CannedAnswer>()
  const jwks: { keys: JWK[] } = { keys: [] }
  const metadata: Record<string, unknown> = {}
  const documents = new Map<string, unknown>()
  const opaque = createOpaqueTokens(now)

  const server = createServer((request, response) => {
    const url = request.url ?? '/'
    requests.push({ method: request.method ?? '', path: url, headers: request.headers })
    const answer = canned.get(url)
    if (answer !== undefined) send(response, answer)
    else if (url === `${path}/introspect`) {
      void opaque
        .introspect(request)
        .then(({ status, body }) => send(response, { status, body: JSON.stringify(body) }))
    } else send(response, documentAnswer(documents.get(url)))
  })
  const port = await listen(server, 0, '127.0.0.1')
  const issuer = `http://127.0.0.1:${port}${path}`
  Object.assign(metadata, metadataOf(issuer))
  documents.set(`/.well-known/oauth-authorization-server${path}`, metadata)
  documents.set(`${path}/jwks`, jwks)

  let signing = await addKey(jwks, algorithm)
  const complete = (claims: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const iat = now()
    return { iss: issuer, sub: 'alice', client_id: 'client-1', iat, exp: iat + 300, ...claims }
  }

  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    requests,
    metadata,
    jwks,
    introspectionClient: opaque.client,
    respond(at, answer) {
      if (answer === undefined) canned.delete(at)
      else canned.set(at, answer)
    },
    async mint(claims, { header, encryptionKey } = {}) {
      const { privateKey, kid } = signing
      const token = await new SignJWT(complete(claims))
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid, ...header })
        .sign(privateKey)
      return encryptionKey === undefined ? token : encryptFor(encryptionKey, token)
    },
    mintOpaque: (claims) => opaque.mint(complete(claims)),
    revoke: (token) => opaque.revoke(token),
    async rotate({ keepOld = false } = {}) {
      if (!keepOld) jwks.keys.length = 0
      signing = await addKey(jwks, algorithm)
    },
    close: () => close(server),
  }
}

function documentAnswer(document: unknown): CannedAnswer {
  return {
    status: document === undefined ? 404 : 200,
    body: JSON.stringify(document ?? { error: 'not_found' }),
  }
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body = '', hang = false }: CannedAnswer,
): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.write(body)
  if (!hang) response.end()
}

async function encryptFor({ alg, kid, ...jwk }: JWK, token: string): Promise<string> {
  if (alg === undefined || kid === undefined || jwk.d !== undefined) {
    throw new ConfigError('ERR_CONFIG_KEY_INVALID', 'mint: encryptionKey (public, kid, alg)')
  }
  return new CompactEncrypt(new TextEncoder().encode(token))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid, cty: 'JWT' })
    .encrypt(await importJWK(jwk, alg))
}

function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    introspection_endpoint: `${issuer}/introspect`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
  }
}

async function addKey(jwks: { keys: JWK[] }, algorithm: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const kid = `key-${crypto.randomUUID().slice(0, 8)}`
  jwks.keys.push({ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' })
  return { privateKey, kid }
}
