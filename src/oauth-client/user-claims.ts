/** What our `user` record and our tokens say about a user, by the names of our claims. */
export type UserClaims = Readonly<Record<string, string | boolean | readonly string[]>>

/**
 * Which claim of the upstream becomes which of ours: our name → the upstream's, a path with dots
 * for one that is nested, such as `realm_access.roles`. The first of several that is there counts.
 */
export type ClaimNames = Readonly<Record<string, string | readonly string[]>>

/** What is taken over unless configured otherwise, under the names that resource servers read. */
export const DEFAULT_CLAIM_NAMES: ClaimNames = {
  email: 'email',
  name: ['name', 'login'],
  roles: 'roles',
  tenant_id: ['tid', 'org_id', 'tenant_id', 'hd'],
}

/** Claims of ours that identify the token or its user, and that no upstream may set. */
export const PROTECTED_CLAIMS: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'azp',
  'scope',
  'cnf',
  'act',
  'nonce',
  'auth_time',
  'acr',
  'amr',
  'at_hash',
  'sid',
  'resource',
  'authorization_details',
])

const MAX_TEXT_LENGTH = 1_024
const MAX_VALUES = 200

/**
 * Reads our claims out of the upstream's. Text, booleans and lists of text are taken; everything
 * else, text beyond 1,024 characters, and an address that the upstream says it has not verified
 * (`email_verified: false`) are left out. Of a list the first 200 entries count.
 */
export function mapUserClaims(
  upstream: Readonly<Record<string, unknown>>,
  names: ClaimNames,
): UserClaims {
  const mapped: Record<string, string | boolean | readonly string[]> = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const paths = typeof theirs === 'string' ? [theirs] : theirs
    for (const path of paths) {
      const value = usable(read(upstream, path))
      if (value === undefined || isUnverifiedEmail(upstream, path)) continue
      mapped[ours] = value
      break
    }
  }
  return mapped
}

function isUnverifiedEmail(upstream: Readonly<Record<string, unknown>>, path: string): boolean {
  const verified = upstream['email_verified']
  return path === 'email' && (verified === false || verified === 'false')
}

/** A claim whose name has dots, such as a URL, is found before a path is walked. */
function read(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

function usable(value: unknown): string | boolean | readonly string[] | undefined {
  if (typeof value === 'boolean' || isText(value)) return value
  return Array.isArray(value) ? value.filter(isText).slice(0, MAX_VALUES) : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH
}
