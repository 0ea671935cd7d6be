import type { MintOptions } from '../token-issuer.ts'
import type { EmulatedProvider, EmulatedUser, EmulatorOptions } from './emulated-provider.ts'
import { requireEmulatorOptions, startEmulator } from './emulator.ts'
import { generateSigningKey } from './emulator-configuration.ts'
import { createAssertionGrant, mintAssertion } from './enterprise-assertions.ts'

const USERS: Readonly<Record<string, EmulatedUser>> = {
  alice: {
    password: 'wonderland',
    sub: 'U019488227',
    claims: { name: 'Alice Liddell', email: 'alice@example.com', email_verified: true },
  },
  bob: {
    password: 'builder',
    sub: 'U019488228',
    claims: { name: 'Bob Builder', email: 'bob@example.com', email_verified: true },
  },
}
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Options of {@link startEnterpriseProvider}. */
export interface EnterpriseProviderOptions extends EmulatorOptions {
  /**
   * Where its users may go: the issuer identifier of an authorization server → the id that the
   * registered client has there. Assertions for others are refused.
   */
  readonly audiences: Readonly<Record<string, string>>
  /** Scopes that its administrator allows. @defaultValue whatever is asked for */
  readonly allowedScopes?: readonly string[] | undefined
  /** How long its assertions are good, in seconds. @defaultValue 300 */
  readonly assertionSeconds?: number | undefined
}

/** An identity provider whose assertions let its users in elsewhere. */
export interface EnterpriseProvider extends EmulatedProvider {
  /**
   * Signs an assertion as it would, for alice and a new `jti`, with other claims: one that is
   * `undefined` is left out.
   */
  mintAssertion(claims: Readonly<Record<string, unknown>>, options?: MintOptions): Promise<string>
}

/**
 * The identity provider of a company: it signs users in with OpenID Connect, and exchanges an ID
 * token for an identity assertion (ID-JAG) that an MCP client redeems at the authorization server of
 * an MCP server (enterprise-managed authorization).
 *
 * @see draft-ietf-oauth-identity-assertion-authz-grant §4.3
 */
export async function startEnterpriseProvider(
  options: EnterpriseProviderOptions,
): Promise<EnterpriseProvider> {
  const names = ['audiences', 'allowedScopes', 'assertionSeconds']
  requireEmulatorOptions(options, 'startEnterpriseProvider', names)
  const key = generateSigningKey()
  const emulated = await startEmulator(
    {
      issuerPath: '',
      accessTokenTtlSeconds: 300,
      users: USERS,
      routes: { authorization: '/authorize', token: '/token', jwks: '/jwks' },
      grantTypes: [TOKEN_EXCHANGE],
      configuration: {
        jwks: { keys: [key] },
        scopes: ['openid', 'profile', 'email'],
        claims: {
          openid: ['sub'],
          profile: ['name'],
          email: ['email', 'email_verified'],
        },
        features: { userinfo: { enabled: false } },
      },
    },
    options,
  )
  const { provider, issuer, users } = emulated
  const signing = { key, issuer, seconds: options.assertionSeconds ?? 300 }
  const grant = createAssertionGrant({ ...options, users, signing })
  provider.registerGrantType(TOKEN_EXCHANGE, grant.handle, grant.parameters)
  return Object.assign(emulated, {
    mintAssertion: (claims: Readonly<Record<string, unknown>>, mint: MintOptions = {}) =>
      mintAssertion({ sub: users['alice']?.sub, ...claims }, signing, mint),
  })
}
