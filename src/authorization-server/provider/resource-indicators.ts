import type { Configuration, errors, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import type { ResourceSettings, Settings } from '../options/index.ts'
import { describeAccessTokens } from '../tokens/access-tokens.ts'

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/** The errors of `oidc-provider` that are thrown here. */
export type ProviderErrors = Pick<
  typeof errors,
  'InvalidDpopProof' | 'InvalidRequest' | 'InvalidScope' | 'InvalidTarget'
>

/** What `oidc-provider` itself knows; everything else belongs to a resource. */
export const OPENID_SCOPES: readonly string[] = ['openid', 'offline_access']

const MAX_SCOPES = 100

/**
 * Binds every token to exactly one resource (RFC 8707). A request that names none is for the only
 * one; scopes that the resource does not have are left out, and a request that asks for nothing
 * else is refused.
 */
export function createResourceIndicators(
  { resources, lifetimes }: Settings,
  signingKey: { readonly alg: string; readonly kid: string },
  { InvalidTarget, InvalidScope, InvalidDpopProof }: ProviderErrors,
): ResourceIndicators {
  const choice = resources.map(({ identifier }) => identifier).join(' or ')
  return {
    enabled: true,
    defaultResource: (_ctx, _client, requested) => {
      const [first, second] = resources
      if (requested !== undefined || first === undefined || second !== undefined) {
        throw new InvalidTarget(`a token is for one resource; send resource=${choice}`)
      }
      return first.identifier
    },
    getResourceServerInfo: (ctx, identifier): Promise<ResourceServer> => {
      const resource = findResource(resources, identifier)
      if (resource === undefined) {
        throw new InvalidTarget(`the resource is unknown; send resource=${choice}`)
      }
      if (Array.isArray(ctx.oidc.params?.['resource'])) {
        throw new InvalidTarget(`a token is for one resource; send resource=${choice}`)
      }
      const needsProof = ctx.oidc.route === 'token' && resource.dpopBoundAccessTokens
      if (needsProof && ctx.get('DPoP') === '') {
        throw new InvalidDpopProof('tokens of this resource need a DPoP proof')
      }
      if (ctx.oidc.route === 'authorization') chooseScopes(ctx, resource, InvalidScope)
      return describeAccessTokens({
        resource: resource.identifier,
        scopes: resource.scopes,
        lifetimeSeconds: lifetimes.accessTokenSeconds,
        signingKey,
        encryptionKey: resource.encryption,
      })
    },
    useGrantedResource: () => true,
  }
}

/** RFC 6749 §3.3: a request without a scope gets a pre-defined default. */
function chooseScopes(
  { oidc: { params } }: KoaContextWithOIDC,
  { scopes, defaultScopes }: ResourceSettings,
  InvalidScope: ProviderErrors['InvalidScope'],
): void {
  if (params === undefined) return
  const requested = params['scope']
  const names = typeof requested === 'string' ? requested.split(' ') : []
  if (names.length > MAX_SCOPES) {
    throw new InvalidScope(`more than ${MAX_SCOPES} scopes were requested`, '')
  }
  const known = names.filter((name) => scopes.includes(name) || OPENID_SCOPES.includes(name))
  if (names.length > 0 && known.length === 0) {
    throw new InvalidScope('the resource has none of the requested scopes', '')
  }
  // `offline_access` says how long, not what.
  const isUnspecific = known.every((name) => name === 'offline_access')
  const chosen = isUnspecific ? [...known, ...defaultScopes] : known
  params['scope'] = chosen.join(' ') || 'openid'
}

/** A configured resource; an identifier without a path is the same with and without its slash. */
export function findResource(
  resources: readonly ResourceSettings[],
  identifier: string,
): ResourceSettings | undefined {
  return resources.find(
    (resource) =>
      resource.identifier === identifier ||
      withEmptyPath(resource.identifier) === withEmptyPath(identifier),
  )
}

function withEmptyPath(identifier: string): string {
  return URL.canParse(identifier) && identifier === `${new URL(identifier).origin}/`
    ? identifier.slice(0, -1)
    : identifier
}
