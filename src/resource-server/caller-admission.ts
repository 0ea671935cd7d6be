import type { InboundRequest } from '../http/index.ts'
import { parseAccessToken, parseBearerToken, type TokenScheme } from '../oauth/index.ts'
import { missingClaims } from './claims/index.ts'
import type { GateState } from './gate-state.ts'
import type { Settings } from './options/index.ts'
import type { Refusal } from './refusal.ts'
import type { AdmittedToken } from './token-admission.ts'

/** A caller whose token is good, and who may use it. */
export interface AdmittedCaller<Claims> extends AdmittedToken<Claims> {
  readonly token: string
  /** For the client's next proof, where it needs another nonce. */
  readonly nextNonce: string | undefined
}

interface PresentedCredentials {
  readonly token: string
  readonly scheme?: TokenScheme
}

/** Creates the stations from the credentials to the required claims, in their order. */
export function createCallerAdmission<Claims>(
  { claimsAsScopes, requiredClaims }: Settings<Claims>,
  { provePossession, tokens }: Pick<GateState<Claims>, 'provePossession' | 'tokens'>,
): (request: InboundRequest) => Promise<AdmittedCaller<Claims> | Refusal> {
  const parse = provePossession === undefined ? parseBearerToken : parseAccessToken

  return async (request) => {
    const credentials = parse(request.header('authorization'))
    if (credentials.kind === 'absent') return { kind: 'no_credentials' }
    if (credentials.kind === 'malformed' || request.hasQueryToken) {
      return { kind: 'malformed_credentials' }
    }
    const { token, scheme = 'Bearer' }: PresentedCredentials = credentials
    const admitted = await tokens.admit(token)
    if (!admitted.ok) return { kind: 'token', reason: admitted.reason }
    const { principal, thumbprint, verified } = admitted.value
    const proven =
      provePossession && (await provePossession(request, { token, scheme, thumbprint }))
    if (proven?.ok === false) {
      const { kind, reason } = proven
      return kind === 'token' ? { kind, reason } : { ...proven, principal }
    }
    const claims = missingClaims(verified.claims, requiredClaims)
    if (claims.length > 0) return { kind: 'claims', claims, asScopes: claimsAsScopes, principal }
    return { ...admitted.value, token, nextNonce: proven?.nextNonce }
  }
}
