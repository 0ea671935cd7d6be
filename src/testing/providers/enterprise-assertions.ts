import { randomUUID } from 'node:crypto'
import { CompactEncrypt, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { MintOptions } from '../token-issuer.ts'
import type { EmulatedUser } from './emulated-provider.ts'
import type { EnterpriseProviderOptions } from './enterprise.ts'

/** What assertions are signed with. */
export interface AssertionSigning {
  readonly key: JWK
  readonly issuer: string
  readonly seconds: number
}

/** What the grant works with. */
export interface AssertionGrantOptions
  extends Pick<EnterpriseProviderOptions, 'allowedScopes' | 'audiences'> {
  readonly users: Readonly<Record<string, EmulatedUser>>
  readonly signing: AssertionSigning
}

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'

/** Signs an assertion; claims that are `undefined` are left out. */
export async function mintAssertion(
  claims: Readonly<Record<string, unknown>>,
  { key, issuer, seconds }: AssertionSigning,
  { header = {}, encryptionKey }: MintOptions = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000)
  const payload = { iss: issuer, jti: randomUUID(), iat, exp: iat + seconds, ...claims }
  const signed = await new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt', kid: key.kid ?? '', ...header })
    .sign(await importJWK(key, 'ES256'))
  if (encryptionKey === undefined) return signed
  const { alg = '', kid = '' } = encryptionKey
  return new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ alg, kid, enc: 'A256GCM', cty: 'oauth-id-jag+jwt' })
    .encrypt(await importJWK(encryptionKey, alg))
}

/** The token exchange that turns an ID token of the client into an assertion (draft §4.3). */
export function createAssertionGrant(options: AssertionGrantOptions): {
  readonly parameters: readonly string[]
  readonly handle: (ctx: TokenEndpointGrantContext) => Promise<void>
} {
  return {
    parameters: [
      'audience',
      'requested_token_type',
      'resource',
      'scope',
      'subject_token',
      'subject_token_type',
    ],
    async handle(ctx) {
      const parameters = ctx.oidc.params as Readonly<Record<string, unknown>>
      const audience = text(parameters['audience'])
      const clientId = options.audiences[audience]
      const subject = await readSubject(parameters, ctx.oidc.client.clientId, options)
      if (subject === undefined || clientId === undefined) {
        ctx.status = 400
        ctx.body = { error: subject === undefined ? 'invalid_grant' : 'invalid_target' }
        return
      }
      const { allowedScopes } = options
      const scope = text(parameters['scope'])
        .split(' ')
        .filter((name) => name !== '' && (allowedScopes?.includes(name) ?? true))
        .join(' ')
      const claims = {
        ...claimsOf(subject),
        sub: subject.sub,
        aud: audience,
        client_id: clientId,
        resource: parameters['resource'],
        scope: scope || undefined,
      }
      ctx.body = {
        issued_token_type: ID_JAG,
        access_token: await mintAssertion(claims, options.signing),
        token_type: 'N_A',
        expires_in: options.signing.seconds,
        ...(scope !== '' && { scope }),
      }
    },
  }
}

/** The user of an ID token that was issued to this client. */
async function readSubject(
  parameters: Readonly<Record<string, unknown>>,
  clientId: string,
  { users, signing: { key, issuer } }: AssertionGrantOptions,
): Promise<EmulatedUser | undefined> {
  const isRight =
    parameters['requested_token_type'] === ID_JAG && parameters['subject_token_type'] === ID_TOKEN
  if (!isRight) return undefined
  try {
    const { d: _d, ...publicKey } = key
    const { payload } = await jwtVerify(
      text(parameters['subject_token']),
      await importJWK(publicKey, 'ES256'),
      { issuer, audience: clientId },
    )
    return Object.values(users).find(({ sub }) => sub === payload.sub)
  } catch {
    return undefined
  }
}

function claimsOf({ claims }: EmulatedUser): Record<string, unknown> {
  const { email, email_verified: isVerified, name } = claims
  return { email, email_verified: isVerified, name }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
