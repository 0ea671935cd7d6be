import type { TokenInspection } from '../resource-server/index.ts'
import { printable } from './plain-text.ts'
import { showValue } from './token-members.ts'
import { type ExplainedRefusal, explainReason } from './token-refusals.ts'

/** What a resource server says about a token, in words. */
export interface TokenVerdict {
  readonly verdict: 'accepted' | 'refused' | 'unavailable' | 'unverified'
  readonly summary: string
  /** Name of the check that refuses it: a `TokenFailureReason`, `claims`, `scope` or an error code. */
  readonly reason?: string
  readonly why?: string
  readonly fix?: string
}

type Claims = Readonly<Record<string, unknown>>

/** Puts an inspection into words; `claims` as far as they can be read. */
export function describeVerdict(inspection: TokenInspection, claims: Claims): TokenVerdict {
  const { outcome, resource } = inspection
  switch (outcome.kind) {
    case 'accepted':
      return {
        verdict: 'accepted',
        summary: `Accepted by ${resource}: ${describeCaller(outcome)}.`,
      }
    case 'refused': {
      const { why, fix } = explainReason(outcome.reason)
      const detail = detailOf(outcome.reason, inspection, claims)
      return refused(resource, outcome.reason, { why: [why, ...detail].join(' '), fix })
    }
    case 'claims':
      return refused(resource, 'required claims', {
        why: `It lacks ${outcome.missing.join(', ')}, which \`requiredClaims\` names.`,
        fix: 'Have the issuer write them, or change `requiredClaims`.',
      })
    case 'scope':
      return refused(resource, 'scope', {
        why: `Scopes needed: ${outcome.needed.join(' ')}. It has: ${showValue(outcome.has.join(' '))}.`,
        fix: 'Sign in again with these scopes, or map what the provider calls them: `mapScopes`, `mapClaims`.',
      })
    case 'unavailable':
      return {
        verdict: 'unavailable',
        summary: `${resource} cannot tell: clients are answered 503.`,
        reason: 'unavailable',
        why: printable(outcome.error.message),
        fix: 'Check what the message names: `mcp-gatehouse provider check <issuer>`.',
      }
    default:
      throw new Error(outcome satisfies never)
  }
}

function refused(resource: string, reason: string, explained: ExplainedRefusal): TokenVerdict {
  return {
    verdict: 'refused',
    summary: `Refused by ${resource}, check: ${printable(reason)}.`,
    reason: printable(reason),
    ...explained,
  }
}

function describeCaller({
  principal,
  isBound,
}: Extract<TokenInspection['outcome'], { kind: 'accepted' }>): string {
  const { kind, subject, clientId, tenant, scopes } = principal
  const facts = [
    kind === 'user' ? `user ${showValue(subject)}` : 'a client for itself',
    ...(clientId === undefined ? [] : [`client ${showValue(clientId)}`]),
    ...(tenant === undefined ? [] : [`tenant ${showValue(tenant)}`]),
    scopes.size === 0 ? 'no scopes' : `scopes ${showValue([...scopes].join(' '))}`,
    ...(isBound ? ['bound to a key, so that requests need a proof (DPoP)'] : []),
  ]
  return facts.join(', ')
}

/** What was compared with what, where the claims alone do not show it. */
function detailOf(
  reason: string,
  { issuers, audiences, leewaySeconds }: TokenInspection,
  { iss, aud }: Claims,
): readonly string[] {
  if (reason === 'iss') {
    return [`\`iss\` is ${stateOf(iss)}; configured: ${issuers.join(', ')}.`]
  }
  if (reason === 'aud' && audiences.length > 0) {
    return [`\`aud\` is ${stateOf(aud)}; accepted: ${audiences.join(', ')}.`]
  }
  const isAboutTime = ['exp', 'nbf', 'iat'].includes(reason) && leewaySeconds !== undefined
  return isAboutTime ? [`Clocks may differ by ${leewaySeconds} s.`] : []
}

const stateOf = (value: unknown): string => (value === undefined ? 'missing' : showValue(value))
