import type { TokenEndpointGrantContext } from 'oidc-provider'
import { isRevoked, type Revocations } from '../../revocation/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { JWT_BEARER } from '../clients/index.ts'
import { type ExtensionGrant, type GrantOutcome, refuseGrant } from '../grants/extension-grant.ts'
import type { ResourceSettings } from '../options/index.ts'
import { type AccountSources, linkAccount } from './account.ts'
import type { AssertionClaims } from './assertion-facts.ts'
import { type AssertedAccess, checkAssertion } from './check-assertion.ts'
import { readClaims } from './read-claims.ts'
import type { AssertionIssuer, IdentityAssertionSettings } from './settings.ts'
import type { UsedAssertions } from './used-assertions.ts'

export interface IdentityAssertionGrantOptions extends AccountSources {
  readonly settings: IdentityAssertionSettings
  readonly ownIssuer: string
  readonly resources: readonly ResourceSettings[]
  readonly used: UsedAssertions
  readonly revocations: Revocations
  readonly accessTokenSeconds: number
  readonly clock: Clock
}

/** What an assertion says, and what it is good for. */
interface Redeemable {
  readonly claims: AssertionClaims
  readonly issuer: AssertionIssuer
  readonly access: AssertedAccess
}

type Judgement =
  | { readonly ok: true; readonly value: Redeemable }
  | { readonly ok: false; readonly reason: string; readonly issuer?: string }

/**
 * Creates the grant of enterprise-managed authorization: an identity assertion (ID-JAG) of a
 * configured identity provider is redeemed for an access token, once, and without a page. There is
 * no refresh token: the client gets another assertion instead.
 *
 * @see draft-ietf-oauth-identity-assertion-authz-grant §4.4, RFC 7523 §2.1
 */
export function createIdentityAssertionGrant(
  options: IdentityAssertionGrantOptions,
): ExtensionGrant {
  return {
    grantType: JWT_BEARER,
    parameters: ['assertion', 'resource', 'scope'],
    async decide(ctx) {
      const { assertion } = ctx.oidc.params as Readonly<Record<string, unknown>>
      if (typeof assertion !== 'string' || assertion === '') {
        return refuseGrant('invalid_request', 'assertion_missing', 'assertion is missing')
      }
      const judged = await judge(assertion, ctx, options)
      if (judged.ok) return redeem(judged.value, ctx, options)
      const { reason, issuer: assertionIssuer } = judged
      return { ok: false, refusal: { error: 'invalid_grant', reason, assertionIssuer } }
    },
  }
}

async function judge(
  assertion: string,
  { oidc: { client, params } }: TokenEndpointGrantContext,
  { settings, ownIssuer, resources, clock }: IdentityAssertionGrantOptions,
): Promise<Judgement> {
  const verified = await settings.verifier.verify(assertion)
  if (!verified.ok) return { ok: false, reason: `assertion.${verified.reason}` }
  const issuer = settings.issuers.get(verified.value.issuer)
  const claims = readClaims(verified.value.claims)
  if (issuer === undefined || !claims.ok) {
    return { ok: false, reason: 'assertion.claims', issuer: verified.value.issuer }
  }
  const access = checkAssertion(claims.value, {
    ownIssuer,
    issuer,
    clientId: client.clientId,
    requestedResource: params['resource'],
    requestedScope: params['scope'],
    resources,
    maxLifetimeSeconds: settings.maxLifetimeSeconds,
    now: clock.now(),
  })
  return access.ok
    ? { ok: true, value: { claims: claims.value, issuer, access: access.value } }
    : { ok: false, reason: `assertion.${access.fault}`, issuer: issuer.issuer }
}

async function redeem(
  { claims, issuer, access }: Redeemable,
  { oidc: { client } }: TokenEndpointGrantContext,
  options: IdentityAssertionGrantOptions,
): Promise<GrantOutcome> {
  const { used, revocations, ownIssuer, accessTokenSeconds } = options
  const refuse = (reason: string): GrantOutcome => ({
    ok: false,
    refusal: { error: 'invalid_grant', reason, assertionIssuer: issuer.issuer },
  })
  if (await used.has(claims)) return refuse('assertion.replayed')
  const { accountId, claims: userClaims, writes } = await linkAccount(claims, issuer, options)
  const caller = { issuer: ownIssuer, subject: accountId, clientId: client.clientId }
  // A token of now would be newer than the instant from which on the user is kept out.
  if (await isRevoked(revocations, caller, { iat: claims.iat })) return refuse('assertion.revoked')
  const { resource, scopes, boundTo } = access
  const assertionIssuer = issuer.issuer
  return {
    ok: true,
    value: {
      granted: { subject: accountId, resource: resource.identifier, scopes, assertionIssuer },
      issuance: {
        accountId,
        claims: userClaims,
        act: undefined,
        grantName: undefined,
        lifetimeSeconds: accessTokenSeconds,
      },
      writes: [await used.writeOf(claims), ...writes],
      boundTo,
    },
  }
}
