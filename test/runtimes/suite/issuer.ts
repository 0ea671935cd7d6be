import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import type { Fetch } from 'mcp-gatehouse'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const ISSUER = 'https://id.example.com/t1'

/** An issuer without a socket: it answers through the `fetch` option. */
export interface Issuer {
  readonly fetch: Fetch
  /** The URLs that were read, in order. */
  readonly reads: readonly string[]
  /** Signs claims; `iss`, `sub`, `aud`, `client_id`, `scope`, `iat` and `exp` have defaults. */
  mint(
    claims?: Readonly<Record<string, unknown>>,
    header?: Partial<JWTHeaderParameters>,
  ): Promise<string>
  /** The public key in PEM-like bytes, as a forger would use it for HS256. */
  readonly publicKeyBytes: Uint8Array
}

/** Creates an issuer with one key of the given algorithm. All of them are called {@link ISSUER}. */
export async function createIssuer(algorithm = 'ES256'): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: algorithm, use: 'sig' }
  const documents: Readonly<Record<string, unknown>> = {
    'https://id.example.com/.well-known/oauth-authorization-server/t1': {
      issuer: ISSUER,
      jwks_uri: 'https://id.example.com/t1/jwks',
    },
    'https://id.example.com/t1/jwks': { keys: [jwk] },
  }
  const reads: string[] = []
  return {
    reads,
    publicKeyBytes: new TextEncoder().encode(JSON.stringify(jwk)),
    async fetch(url) {
      reads.push(url)
      const document = documents[url]
      return Response.json(document ?? null, { status: document === undefined ? 404 : 200 })
    },
    mint: (claims, header) =>
      new SignJWT({ ...defaultClaims(), ...claims })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: 'key-1', ...header })
        .sign(privateKey),
  }
}

/** Claims of a good token, issued now. */
export function defaultClaims(): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    sub: 'alice',
    aud: RESOURCE,
    client_id: 'client-1',
    scope: 'notes:read notes:write',
    iat: now,
    exp: now + 300,
  }
}
