import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { type JwtVerifierOptions, jwtVerifier } from './issuer-verifier.ts'
import { refuse } from './token-failure.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** Options of {@link assertionVerifier}. */
export interface AssertionVerifierOptions
  extends Pick<JwtVerifierOptions, 'allowInsecureLoopback' | 'clock' | 'fetch' | 'onEvent'> {
  /** `publicUrl` of the gateway, which is `iss` of its assertions. */
  readonly issuer: string
  /** URL of the gateway's keys. @defaultValue `/.well-known/jwks.json` of the issuer */
  readonly jwksUri?: string
}

const OPTIONS: readonly string[] = [
  'issuer',
  'jwksUri',
  'allowInsecureLoopback',
  'clock',
  'fetch',
  'onEvent',
] satisfies (keyof AssertionVerifierOptions)[]

const MAX_LIFETIME_SECONDS = 60
/** Beyond this no further one is accepted until some have expired: to forget is to let them repeat. */
const MAX_REMEMBERED = 1_000_000

/**
 * Creates the verifier of an MCP server behind the gateway, for the assertions that say who calls:
 * signed by the gateway, valid for at most 60 seconds, and each of them once.
 *
 * Used assertions are remembered in this process; another replica does NOT know of them. `aud` is
 * checked by the resource server: give it the upstream's URL as the gateway has it.
 *
 * @throws {ConfigError} as {@link jwtVerifier} does
 *
 * @example
 * ```ts
 * createResourceServer({
 *   resource: 'https://notes.internal/mcp',
 *   authorizationServers: ['https://mcp.example.com'],
 *   verifier: assertionVerifier({ issuer: 'https://mcp.example.com' }),
 * })
 * ```
 */
export function assertionVerifier(options: AssertionVerifierOptions): TokenVerifier {
  requireKnownOptions(options, OPTIONS, 'assertionVerifier')
  const { clock = systemClock, issuer } = options
  const jwksUri =
    options.jwksUri ?? `${issuer}/.well-known/jwks.json`.replace('//.well-known', '/.well-known')
  const signed = jwtVerifier({ ...options, jwksUri, requireAtJwt: true })
  const isFirstUse = createUses(clock)

  return {
    ...signed,
    async verify(token) {
      const verified = await signed.verify(token)
      if (!verified.ok) return verified
      const { claims, issuer: signer, type } = verified.value
      const { exp, iat, jti } = claims
      if (typeof exp !== 'number' || typeof iat !== 'number') return refuse('exp')
      if (exp - iat > MAX_LIFETIME_SECONDS) return refuse('lifetime')
      if (typeof jti !== 'string' || !isFirstUse(jti, exp)) return refuse('jti')
      // Without `cacheUntil`: what is good once is not kept.
      return { ok: true, value: { issuer: signer, claims, type } }
    },
  }
}

/** Whether a `jti` comes for the first time. */
function createUses(clock: Clock): (jti: string, expiresAt: number) => boolean {
  const used = new Map<string, number>()
  let sweptAt = clock.now()

  function sweep(): void {
    sweptAt = clock.now()
    // With what resource servers tolerate at most, 300 seconds: until then it could come again.
    for (const [jti, expiresAt] of used) if (expiresAt + 300 < sweptAt) used.delete(jti)
  }

  return (jti, expiresAt) => {
    if (clock.now() - sweptAt >= MAX_LIFETIME_SECONDS) sweep()
    if (used.has(jti) || used.size >= MAX_REMEMBERED) return false
    used.set(jti, expiresAt)
    return true
  }
}
