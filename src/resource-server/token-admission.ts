import { UpstreamError } from '../errors/index.ts'
import { buildPrincipal, type MapClaims, type Principal } from '../principal/index.ts'
import { isRevoked as isTokenRevoked } from '../revocation/index.ts'
import { sha256 } from '../runtime/index.ts'
import {
  accept,
  type Checked,
  createVerificationCache,
  refuse,
  type VerifiedToken,
} from '../verifiers/index.ts'
import { boundThumbprint, checkClaims, checkTime } from './claims/index.ts'
import type { Settings } from './options/index.ts'

/** A token that may be used here and now, and whose it is. */
export interface AdmittedToken<Claims> {
  readonly principal: Principal<Claims>
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly verified: VerifiedToken
  /** Of the key that it is bound to; nobody has proven yet to have it. */
  readonly thumbprint: string | undefined
  /** Stands for the token where it is remembered. */
  readonly digest: string
}

/** Decides about tokens. */
export interface TokenAdmission<Claims> {
  /** Decides about the characters of a token. */
  admit(token: string): Promise<Checked<AdmittedToken<Claims>>>
  /** Whether it was admitted before and is remembered, so that nothing of it has to be verified. */
  isKnown(token: string): Promise<boolean>
  /** Whether a token that was admitted has been revoked since. */
  isRevoked(token: AdmittedToken<Claims>): Promise<boolean>
}

/**
 * Creates the decision about a token: verifier, then every rule of ours about its claims, then
 * revocation. What a verifier allows to be reused is remembered under the token's digest; expiry,
 * key changes and revocation are looked at again on each request.
 *
 * Both decisions fail with an {@link UpstreamError} when they cannot be made.
 */
export function createTokenAdmission<Claims>(settings: Settings<Claims>): TokenAdmission<Claims> {
  const { clock, tokenCacheSize } = settings
  const cache = createVerificationCache<AdmittedToken<Claims>>(tokenCacheSize)

  async function admitUnseen(
    token: string,
    digest: string,
    now: number,
  ): Promise<Checked<AdmittedToken<Claims>>> {
    const verified = await runVerifier(settings, token)
    if (!verified.ok) return verified
    const admitted = await checkToken(verified.value, digest, settings, now)
    if (admitted.ok && (verified.value.cacheUntil ?? 0) > now) cache.set(digest, admitted.value)
    return admitted
  }

  return {
    async admit(token) {
      const now = clock.now()
      const hashed = sha256(token)
      const digest = typeof hashed === 'string' ? hashed : await hashed
      const known = cache.get(digest)
      const admitted =
        known !== undefined && isReusable(known.verified, settings, now)
          ? accept(known)
          : await admitUnseen(token, digest, now)
      if (!admitted.ok) return admitted
      return (await isRevoked(admitted.value, settings)) ? refuse('revoked') : admitted
    },
    async isKnown(token) {
      const known = cache.get(await sha256(token))
      return known !== undefined && isReusable(known.verified, settings, clock.now())
    },
    isRevoked: async (token) => (await isTakenBack(token)) || isRevoked(token, settings),
  }
}

/** Whether whoever issued the token has taken it back since it was verified. */
async function isTakenBack({ verified }: AdmittedToken<unknown>): Promise<boolean> {
  // A custom verifier is code of the user: what is no `false` is no reason to go on.
  const answer: unknown = await verified.isRevoked?.()
  return verified.isRevoked !== undefined && answer !== false
}

function isReusable(
  token: VerifiedToken,
  { issuers }: Pick<Settings<unknown>, 'issuers'>,
  now: number,
): boolean {
  const rules = issuers.get(token.issuer)?.rules
  return (
    rules !== undefined &&
    now < (token.cacheUntil ?? 0) &&
    checkTime(token, rules, now) === undefined &&
    token.isCurrent?.() !== false
  )
}

async function runVerifier(
  { verifier }: Pick<Settings<unknown>, 'verifier'>,
  token: string,
): Promise<Checked<VerifiedToken>> {
  try {
    const outcome: unknown = await verifier.verify(token)
    return isOutcome(outcome) ? outcome : refuse('verifier')
  } catch (error) {
    throw isUpstreamError(error)
      ? error
      : new UpstreamError('ERR_UPSTREAM_VERIFIER', 'Token verifier', {
          cause: error,
          retryable: true,
        })
  }
}

/** A custom verifier is code of the user: what is no outcome is a refusal, never an admission. */
function isOutcome(value: unknown): value is Checked<VerifiedToken> {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false
  if (value.ok !== true)
    return value.ok === false && 'reason' in value && typeof value.reason === 'string'
  const token = 'value' in value ? (value.value as Partial<VerifiedToken> | null) : undefined
  return (
    typeof token?.issuer === 'string' && typeof token.claims === 'object' && token.claims !== null
  )
}

/** By code: another copy of this package has another class of the same name. */
function isUpstreamError(error: unknown): error is UpstreamError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_UPSTREAM_')
  )
}

async function checkToken<Claims>(
  verified: VerifiedToken,
  digest: string,
  settings: Settings<Claims>,
  now: number,
): Promise<Checked<AdmittedToken<Claims>>> {
  const issuer = settings.issuers.get(verified.issuer)
  if (issuer === undefined) return refuse('iss')
  const reason = checkClaims(verified, issuer.rules, now)
  if (reason !== undefined) return refuse(reason)

  const principal = await readPrincipal(verified, issuer.mapClaims, settings)
  if (!principal.ok) return principal
  if (issuer.rules.requireSubject && principal.value.kind === 'client') return refuse('sub')
  const expiresAt = verified.claims['exp'] as number
  const thumbprint = boundThumbprint(verified.claims)
  return accept({ principal: principal.value, verified, thumbprint, expiresAt, digest })
}

/** The schema and the mapping are code of the user: where they fail, the token is refused. */
async function readPrincipal<Claims>(
  verified: VerifiedToken,
  mapClaims: MapClaims | undefined,
  { claimsSchema }: Settings<Claims>,
): Promise<Checked<Principal<Claims>>> {
  try {
    const mapped = mapClaims?.(verified.claims) ?? {}
    // Without a schema `Claims` is the type of the claims as they are.
    const result = (await claimsSchema?.['~standard'].validate(verified.claims)) ?? {
      value: verified.claims as Claims,
    }
    if (result.issues !== undefined) return refuse('claims')
    const principal = buildPrincipal(verified.issuer, verified.claims, mapped, result.value)
    return principal === undefined ? refuse('sub') : accept(principal)
  } catch {
    return refuse('claims')
  }
}

async function isRevoked<Claims>(
  { principal, verified: { claims } }: AdmittedToken<Claims>,
  settings: Pick<Settings<Claims>, 'isRevoked' | 'revocations'>,
): Promise<boolean> {
  try {
    const known = isTokenRevoked(settings.revocations, principal, claims)
    const isRefused: unknown = typeof known === 'boolean' ? known : await known
    if (isRefused !== false) return true
    if (settings.isRevoked === undefined) return false
    // The answer of a callback that forgets to give one is no `false`.
    const answer: unknown = await settings.isRevoked(principal, claims)
    return answer !== false
  } catch (error) {
    throw new UpstreamError('ERR_UPSTREAM_VERIFIER', 'isRevoked', { cause: error, retryable: true })
  }
}
