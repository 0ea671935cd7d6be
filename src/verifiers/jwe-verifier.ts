import { decodeCompactJwe } from './compact-jwe.ts'
import { decryptJwe } from './decrypt-jwe.ts'
import { checkLifetime, checkReplicated, unwrapClaims } from './jwe-content.ts'
import { type JweSettings, type JweVerifierOptions, parseJweOptions } from './jwe-options.ts'
import { accept, refuse } from './token-failure.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** How long an outcome is reused, so that a key that left the ring is not in use for longer. */
const MAX_REUSE_SECONDS = 60

/**
 * Creates the verifier for encrypted access tokens: a compact JWE (RFC 7516) with a signed token
 * in it (RFC 7519 §5.2). That it can be decrypted proves nothing about its sender, whose signature
 * `nested` verifies.
 *
 * Accepted are RSA-OAEP-256, ECDH-ES and ECDH-ES+A256KW, for a key with that `alg`, and A256GCM.
 * The key is the one that the header's `kid` names; no other is tried, and a token without `kid`
 * is refused. What is compressed, larger than 12 KiB, or nested deeper is refused undecrypted or
 * unread.
 *
 * It does NOT accept tokens that are only signed. To accept both, use
 * `firstOf([encrypted, signed])`, where `signed` is `nested` too, so that it has its keys once.
 * It does NOT check audience, expiry or scopes either: the resource server does.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first token
 *
 * @example
 * ```ts
 * const issuer = 'https://id.example.com'
 * const keys = await createKeyRing({ use: 'encryption', source: keysFromFile('keys.json') })
 * createResourceServer({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: [issuer],
 *   verifier: jweVerifier({ keys, nested: jwtVerifier({ issuer }) }),
 * })
 * ```
 *
 * @see [RFC 7519 §11.2](https://www.rfc-editor.org/rfc/rfc7519.html#section-11.2)
 */
export function jweVerifier(options: JweVerifierOptions): TokenVerifier {
  return createJweVerifier(parseJweOptions(options))
}

/** @param contentTypes For JWTs of another kind. @defaultValue those of access tokens */
export function createJweVerifier(
  settings: JweSettings,
  contentTypes?: ReadonlySet<unknown>,
): TokenVerifier {
  const { keys, algorithms, readContent, nested, maxLifetimeSeconds, clock } = settings
  return {
    recognizes: [{ form: 'jwe' }],
    warmUp: async () => nested?.warmUp?.(),
    purgeKeys: (issuer) => nested?.purgeKeys?.(issuer),
    async verify(token) {
      const decoded = decodeCompactJwe(token, algorithms, contentTypes)
      if (!decoded.ok) return decoded
      const header = decoded.value
      const key = await keys.find(header.kid)
      if (key === undefined) return refuse('kid')
      const plaintext = await decryptJwe(token, header, key)
      if (!plaintext.ok) return plaintext
      const content = await readContent(plaintext.value)
      if (!content.ok) return content

      const { claims, cacheUntil } = content.value
      const fault =
        checkReplicated(header.parameters, claims) ?? checkLifetime(claims, maxLifetimeSeconds)
      if (fault !== undefined) return refuse(fault)
      return accept({
        ...content.value,
        claims: settings.unwrapData ? unwrapClaims(claims) : claims,
        cacheUntil: Math.min(cacheUntil ?? 0, clock.now() + MAX_REUSE_SECONDS),
      })
    },
  }
}
