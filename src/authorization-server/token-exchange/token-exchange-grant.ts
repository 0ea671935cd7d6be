import type { Clock } from '../../runtime/index.ts'
import type { TokenVerifier } from '../../verifiers/index.ts'
import { type AccessByClient, accessOf, TOKEN_EXCHANGE } from '../clients/index.ts'
import { type ExtensionGrant, type GrantOutcome, refuseGrant } from '../grants/extension-grant.ts'
import { chooseResource, chooseScopes } from '../grants/requested-access.ts'
import { ACCESS_TOKEN_TYPE, parseExchange } from './exchange-parameters.ts'
import { readSubjectToken, type SubjectToken } from './subject-token.ts'

export interface TokenExchangeGrantOptions {
  readonly clients: AccessByClient
  /** The identifier of a resource as it is configured. */
  readonly findResource: (identifier: string) => string | undefined
  /** Verifies tokens of ours. */
  readonly verifier: TokenVerifier
  readonly accessTokenSeconds: number
  readonly clock: Clock
}

/**
 * Creates the grant that exchanges an access token of a user for one that is good for another
 * resource: for the clients of the configuration that are resource servers themselves, and only
 * tokens that were meant for them. The new token has no scope that the old one lacks, does not
 * outlive it, ends with the same sign-in, and says who acts (`act`). There is no refresh token.
 *
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */
export function createTokenExchangeGrant(options: TokenExchangeGrantOptions): ExtensionGrant {
  const { clients, verifier, clock } = options
  return {
    grantType: TOKEN_EXCHANGE,
    parameters: [
      'actor_token',
      'actor_token_type',
      'audience',
      'requested_token_type',
      'resource',
      'scope',
      'subject_token',
      'subject_token_type',
    ],
    async decide({ oidc: { client, params } }) {
      const { subjectTokenAudiences } = accessOf(clients, client.clientId)
      if (subjectTokenAudiences.size === 0) {
        return refuseGrant('unauthorized_client', 'client', 'this client exchanges no tokens')
      }
      const request = parseExchange({ ...params })
      if (!request.ok) return request
      const { subjectToken, resource, scope } = request.value
      const subject = await readSubjectToken(subjectToken, { verifier, now: clock.now() })
      if (!subject.ok) return refuseToken(subject.fault)
      // Whoever was not meant by a token has it from somebody who should not have passed it on.
      if (!subjectTokenAudiences.has(subject.value.audience)) {
        return refuseToken('subject_token.audience')
      }
      return exchange(client.clientId, subject.value, { resource, scope }, options)
    },
  }
}

/** RFC 8693 §2.2.2 has no other error for a token that is not good, or not taken. */
function refuseToken(reason: string): GrantOutcome {
  return refuseGrant('invalid_request', reason, 'the subject_token cannot be exchanged')
}

function exchange(
  clientId: string,
  subject: SubjectToken,
  requested: { readonly resource: unknown; readonly scope: unknown },
  { clients, findResource, accessTokenSeconds, clock }: TokenExchangeGrantOptions,
): GrantOutcome {
  const { scopes } = accessOf(clients, clientId)
  const resource = chooseResource(requested.resource, [...scopes.keys()], findResource)
  if (!resource.ok) return resource
  const allowed = (scopes.get(resource.value) ?? []).filter((name) => subject.scopes.includes(name))
  const chosen = chooseScopes(requested.scope, allowed)
  if (!chosen.ok) return chosen
  const left = Math.max(1, Math.floor(subject.expiresAt - clock.now()))
  return {
    ok: true,
    value: {
      granted: {
        subject: subject.subject,
        resource: resource.value,
        scopes: chosen.value,
        assertionIssuer: undefined,
      },
      issuance: {
        accountId: subject.subject,
        act: { sub: clientId, ...(subject.act !== undefined && { act: subject.act }) },
        grantName: subject.grantName,
        lifetimeSeconds: Math.min(accessTokenSeconds, left),
      },
      writes: [],
      answer: { issued_token_type: ACCESS_TOKEN_TYPE },
    },
  }
}
