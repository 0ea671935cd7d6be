import { SignJWT } from 'jose'
import { ConfigError } from '../errors/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Principal } from '../principal/index.ts'
import { type Clock, randomId } from '../runtime/index.ts'
import type { AssertionSettings } from './settings.ts'

/** Says to an upstream who calls: an access token for it alone, and for this one request. */
export type SignAssertion = (principal: Principal, settings: AssertionSettings) => Promise<string>

/**
 * Creates the signer of assertions: access tokens by RFC 9068, whose issuer is the gateway and whose
 * audience is one upstream.
 *
 * `sub` is the caller's where one issuer is trusted, and otherwise the principal's id: two issuers
 * may each have a user of the same name. `sub_id` tells issuer and subject apart (RFC 9493 §3.2.3).
 */
export function createAssertionSigner(keys: KeyRing, issuer: string, clock: Clock): SignAssertion {
  return async (principal, settings) => {
    const { kid, alg, privateKey } = await keys.current()
    if (alg === undefined || privateKey === undefined) {
      throw new ConfigError('ERR_CONFIG_GATEWAY_KEYS', 'keys')
    }
    const now = clock.now()
    return new SignJWT({
      ...pickClaims(principal, settings.claims),
      ...describe(principal, settings.hasOneIssuer),
      iss: issuer,
      aud: settings.audience,
      jti: randomId(),
      iat: now,
      exp: now + settings.lifetimeSeconds,
    })
      .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
      .sign(privateKey)
  }
}

function pickClaims(
  { claims }: Principal,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const known = names.filter((name) => Object.hasOwn(claims, name))
  return Object.fromEntries(known.map((name) => [name, claims[name]]))
}

function describe(principal: Principal, hasOneIssuer: boolean): Readonly<Record<string, unknown>> {
  const { clientId, issuer, roles, scopes, subject, tenant } = principal
  // RFC 9068 §2.2: a client that acts for itself is its own subject.
  const name = subject ?? clientId
  return {
    sub: hasOneIssuer ? name : principal.id,
    sub_id: { format: 'iss_sub', iss: issuer, sub: name },
    ...(clientId !== undefined && { client_id: clientId }),
    scope: [...scopes].join(' '),
    ...(roles.size > 0 && { roles: [...roles] }),
    ...(tenant !== undefined && { tenant_id: tenant }),
  }
}
