import {
  type BearerChallenge,
  type DpopChallenge,
  formatBearerChallenge,
  formatDpopChallenge,
  type TokenScheme,
} from '../oauth/index.ts'
import type { DpopSettings, Settings } from './options/index.ts'

/** What challenges say whatever was refused. */
export interface ChallengeSettings extends Pick<Settings<unknown>, 'metadataUrl' | 'realm'> {
  readonly dpop?: Pick<DpopSettings, 'proofs' | 'required'> | undefined
}

type Parameters = Omit<BearerChallenge, 'realm' | 'resource_metadata'>

/**
 * The value of `WWW-Authenticate`, in the scheme that the token was presented in, or should have
 * been. A client without a token that can be used is told both, where both are accepted.
 *
 * @see [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.1)
 */
export function challengeField(
  status: number,
  parameters: Parameters,
  { dpop, metadataUrl, realm }: ChallengeSettings,
  scheme: TokenScheme,
): string {
  const challenge = { realm, ...parameters, resource_metadata: metadataUrl }
  if (dpop === undefined) return formatBearerChallenge(challenge)
  const { algorithms: algs } = dpop.proofs
  if (dpop.required || scheme === 'DPoP') return formatDpopChallenge({ ...challenge, algs })
  const bearer = formatBearerChallenge(challenge)
  return status === 401 ? `${bearer}, ${formatDpopChallenge({ algs })}` : bearer
}

/** The challenge to somebody whose proof was refused. */
export function proofChallenge(
  parameters: Pick<DpopChallenge, 'error' | 'error_description' | 'scope'>,
  { dpop, metadataUrl, realm }: ChallengeSettings,
): string {
  const algs = dpop?.proofs.algorithms ?? []
  return formatDpopChallenge({ realm, ...parameters, resource_metadata: metadataUrl, algs })
}
