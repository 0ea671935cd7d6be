import { UpstreamError } from '../errors/index.ts'
import type { Principal } from '../principal/index.ts'
import type { TokenFailureReason } from '../verifiers/index.ts'
import { missingClaims } from './claims/index.ts'
import { createOperationCheck } from './operation-check.ts'
import type { Settings } from './options/index.ts'
import type { ResourceServer } from './resource-server.ts'
import { createTokenAdmission } from './token-admission.ts'

/** What a resource server makes of a token, before any request is looked at. */
export type TokenOutcome =
  | { readonly kind: 'accepted'; readonly principal: Principal<unknown>; readonly isBound: boolean }
  | { readonly kind: 'refused'; readonly reason: TokenFailureReason }
  | { readonly kind: 'claims'; readonly missing: readonly string[] }
  | { readonly kind: 'scope'; readonly needed: readonly string[]; readonly has: readonly string[] }
  | { readonly kind: 'unavailable'; readonly error: Error }

/** An outcome, and what the server compares tokens with. */
export interface TokenInspection {
  readonly outcome: TokenOutcome
  readonly resource: string
  readonly issuers: readonly string[]
  /** For the issuer that was asked about; empty for one that is none of these. */
  readonly audiences: readonly string[]
  readonly leewaySeconds: number | undefined
}

const settingsOf = new WeakMap<object, Settings<unknown>>()

/** Keeps what {@link inspectToken} needs, for as long as the server lives. */
export function rememberSettings<Claims>(
  server: ResourceServer<Claims>,
  settings: Settings<Claims>,
): void {
  settingsOf.set(server, settings as Settings<unknown>)
}

/** Whether it was made by `createResourceServer` of this copy of the package. */
export function isResourceServer(value: unknown): value is ResourceServer {
  return typeof value === 'object' && value !== null && settingsOf.has(value)
}

/**
 * Decides about a token as requests with it are decided, and says why: issuer, signature, claims,
 * revocation, required claims and scopes. It writes no audit event.
 *
 * It does NOT look at what belongs to a request: proofs of possession, tenants, policies, hosts.
 *
 * @param claimedIssuer `iss` as the token has it, for {@link TokenInspection.audiences}.
 */
export async function inspectToken(
  server: ResourceServer,
  token: string,
  claimedIssuer: unknown,
): Promise<TokenInspection> {
  const settings = settingsOf.get(server)
  if (settings === undefined) throw new TypeError('a resource server of another copy')
  const { resource, issuers } = settings
  const rules = issuers.get(claimedIssuer as string)?.rules
  return {
    outcome: await decide(settings, token),
    resource,
    issuers: [...issuers.keys()],
    audiences: [...(rules?.audiences ?? [])],
    leewaySeconds: rules?.leewaySeconds,
  }
}

async function decide(settings: Settings<unknown>, token: string): Promise<TokenOutcome> {
  try {
    const admitted = await createTokenAdmission(settings).admit(token)
    if (!admitted.ok) return { kind: 'refused', reason: admitted.reason }
    const { principal, thumbprint, verified } = admitted.value
    const isBound = thumbprint !== undefined
    if (settings.dpop?.required === true && !isBound) return { kind: 'refused', reason: 'unbound' }
    const missing = missingClaims(verified.claims, settings.requiredClaims)
    if (missing.length > 0) return { kind: 'claims', missing }
    const refusal = await createOperationCheck(settings)(principal, undefined)
    return refusal?.kind === 'scope'
      ? { kind: 'scope', needed: refusal.scopes, has: [...principal.scopes] }
      : { kind: 'accepted', principal, isBound }
  } catch (error) {
    if (error instanceof UpstreamError) return { kind: 'unavailable', error }
    throw error
  }
}
