import type { MapClaims } from '../principal/index.ts'
import type { ClaimPlaces } from './profile.ts'
import { mapPlaces, readClaims } from './read-claims.ts'

/** What a token has to have for a scope of the policy; any one of these is enough. */
export interface ScopeSource {
  readonly scope?: string
  readonly role?: string
  readonly group?: string
  readonly permission?: string
}

/** Scopes of the policy, and what the provider has for each: the name of its scope, or its source. */
export type ScopeMap = Readonly<Record<string, string | ScopeSource>>

/** How a provider speaks of scopes. */
export interface ScopeWords {
  readonly claims: ClaimPlaces
  /** What the authorization request has for a scope of the token. @defaultValue the same */
  readonly toRequest?: ((scope: string) => string) | undefined
  /** What a scope of the token is called in requests, undone. @defaultValue the same */
  readonly fromToken?: ((scope: string) => string) | undefined
  /** Whether permissions are asked for as scopes. @defaultValue `false` */
  readonly permissionsAreScopes?: boolean
}

/** Scopes that belong to no resource: those of OpenID Connect, and one of Cognito. */
const GENERAL_SCOPES: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  'aws.cognito.signin.user.admin',
])

/**
 * Translates between the scopes of a policy and what a provider has for them: scopes, roles, groups
 * and permissions. `mapClaims` is for tokens, `requestScopes` for challenges and metadata.
 *
 * A scope that the map names is granted by its source alone: a token that has it under the same
 * name, from somewhere else, does not. Scopes that the map does not name stay as they are. A scope
 * whose source is a role or a group is left out of challenges, since no client can ask for it.
 */
export function mapScopes(
  map: ScopeMap,
  words: ScopeWords,
): {
  readonly mapClaims: MapClaims
  readonly requestScopes: (scopes: readonly string[]) => readonly string[]
} {
  const { claims: places, toRequest = same, fromToken = same, permissionsAreScopes } = words
  const sources = new Map(
    Object.entries(map).map(([scope, source]) => [
      scope,
      typeof source === 'string' ? { scope: source } : source,
    ]),
  )
  const mapOthers = mapPlaces(places)
  return {
    mapClaims(claims) {
      const found = readClaims(claims, places)
      const has = { ...found, scopes: new Set([...found.scopes].map(fromToken)) }
      const granted = [...sources].filter(([, source]) => isGranted(source, has))
      const others = [...has.scopes].filter((scope) => !sources.has(scope))
      return { ...mapOthers(claims), scopes: [...granted.map(([scope]) => scope), ...others] }
    },
    requestScopes(scopes) {
      const asked = scopes.flatMap((scope) => {
        const source = sources.get(scope)
        const name = source === undefined ? scope : requestable(source, permissionsAreScopes)
        return name === undefined ? [] : [GENERAL_SCOPES.has(name) ? name : toRequest(name)]
      })
      return [...new Set(asked)]
    },
  }
}

function isGranted(
  { scope, role, group, permission }: ScopeSource,
  has: ReturnType<typeof readClaims>,
): boolean {
  return (
    (scope !== undefined && has.scopes.has(scope)) ||
    (role !== undefined && has.roles.has(role)) ||
    (group !== undefined && has.groups.has(group)) ||
    (permission !== undefined && has.permissions.has(permission))
  )
}

function requestable(source: ScopeSource, permissionsAreScopes = false): string | undefined {
  return source.scope ?? (permissionsAreScopes ? source.permission : undefined)
}

const same = (scope: string): string => scope

/**
 * Puts a prefix that ends with a slash before scopes of requests, and takes it off those of tokens.
 * A scope that has a slash is a full name already, perhaps of another resource.
 */
export function prefixedScopes(
  prefix: string,
): Required<Pick<ScopeWords, 'toRequest' | 'fromToken'>> {
  return {
    toRequest: (scope) => (scope.includes('/') ? scope : prefix + scope),
    fromToken: (scope) => (scope.startsWith(prefix) ? scope.slice(prefix.length) : scope),
  }
}
