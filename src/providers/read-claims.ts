import { readScopes } from '../oauth/index.ts'
import type { MapClaims, MappedClaims, TokenClaims } from '../principal/index.ts'
import type { ClaimPlaces } from './profile.ts'

/** What a token says, by the places of its provider. */
export interface ReadClaims {
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  readonly permissions: ReadonlySet<string>
}

/** Reads the parts that scopes can be made of. */
export function readClaims(claims: TokenClaims, places: ClaimPlaces): ReadClaims {
  return {
    scopes: readScopes(first(claims, places.scopes)),
    roles: all(claims, places.roles),
    groups: all(claims, places.groups),
    permissions: all(claims, places.permissions),
  }
}

/** Reads what a principal is made of from where a provider puts it. */
export function mapPlaces(places: ClaimPlaces): MapClaims {
  return (claims) => {
    const { scopes, roles, permissions } = readClaims(claims, places)
    const mapped: MappedClaims = { scopes, roles, permissions }
    const clientId = first(claims, places.clientId)
    const tenant = first(claims, places.tenant)
    return {
      ...mapped,
      ...(typeof clientId === 'string' && clientId !== '' && { clientId }),
      ...(typeof tenant === 'string' && tenant !== '' && { tenant }),
    }
  }
}

function first(claims: TokenClaims, paths: readonly string[]): unknown {
  return paths.map((path) => read(claims, path)).find((value) => value !== undefined)
}

function all(claims: TokenClaims, paths: readonly string[]): ReadonlySet<string> {
  const values = paths.map((path) => read(claims, path))
  const texts = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  return new Set(texts.filter((text) => typeof text === 'string' && text !== '') as string[])
}

/** A claim whose name has dots, such as a URL, is found before a path is walked. */
function read(claims: TokenClaims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as TokenClaims)[name]
  }
  return value
}
