import { readScopes, type ScopeSet } from '../oauth/index.ts'

/** Claims of a token (RFC 7519 §4), by their wire names. */
export type TokenClaims = Readonly<Record<string, unknown>>

interface PrincipalFacts<Claims> {
  /**
   * Identifies the principal everywhere: issuer, tenant and subject (or client), unambiguously
   * joined. Use it as the key of whatever is stored per caller; a bare `subject` never is one.
   */
  readonly id: string
  readonly issuer: string
  readonly tenant: string | undefined
  readonly scopes: ScopeSet
  readonly roles: ReadonlySet<string>
  readonly permissions: ReadonlySet<string>
  /** How the user signed in: the authentication context class, claim `acr` (RFC 9470 §6.1). */
  readonly acr: string | undefined
  /** When the user signed in, in seconds since the epoch: claim `auth_time` (RFC 9470 §6.1). */
  readonly authTime: number | undefined
  /** All claims of the token; the output of the claims schema where one is configured. */
  readonly claims: Claims
}

/** A person (or whatever else authorized a client), acting through a client. */
export interface UserPrincipal<Claims = TokenClaims> extends PrincipalFacts<Claims> {
  readonly kind: 'user'
  readonly subject: string
  readonly clientId: string | undefined
}

/** A client acting for itself: its token has no subject, or the client is its subject (RFC 9068 §2.2). */
export interface ClientPrincipal<Claims = TokenClaims> extends PrincipalFacts<Claims> {
  readonly kind: 'client'
  readonly subject: undefined
  readonly clientId: string
}

/** Who is calling. */
export type Principal<Claims = TokenClaims> = UserPrincipal<Claims> | ClientPrincipal<Claims>

/** What a mapping can set; what it leaves out is read from the usual claims. */
export interface MappedClaims {
  readonly scopes?: Iterable<string>
  readonly roles?: Iterable<string>
  readonly permissions?: Iterable<string>
  readonly tenant?: string
  readonly clientId?: string
  /**
   * `true` for a token that a client got for itself (RFC 6749 §4.4), whatever its `sub` says. It needs
   * a client. @defaultValue `true` where `sub` is missing or is the client (RFC 9068 §2.2)
   */
  readonly subjectIsClient?: boolean
}

/** Reads what a principal is made of from where an issuer puts it. */
export type MapClaims = (claims: TokenClaims) => MappedClaims

/**
 * Builds the principal of a token whose claims have been checked, or `undefined` for a token that
 * names nobody: neither a subject nor a client, or no client where that is the subject.
 *
 * @param source The claims of the token.
 * @param claims The claims to show: the same, or what a schema made of them.
 */
export function buildPrincipal<Claims>(
  issuer: string,
  source: TokenClaims,
  mapped: MappedClaims,
  claims: Claims,
): Principal<Claims> | undefined {
  const subject = text(source['sub'])
  const clientId = text(mapped.clientId) ?? firstText(source, ['client_id', 'azp', 'appid', 'cid'])
  const tenant = mapped.tenant ?? firstText(source, ['tid', 'org_id', 'tenant_id'])
  const facts = {
    issuer,
    tenant,
    scopes: readScopes(mapped.scopes === undefined ? scopeClaim(source) : [...mapped.scopes]),
    roles: strings(mapped.roles ?? source['roles']),
    permissions: strings(mapped.permissions ?? source['permissions']),
    acr: text(source['acr']),
    authTime: typeof source['auth_time'] === 'number' ? source['auth_time'] : undefined,
    claims,
  }
  if (subject !== undefined && subject !== clientId && mapped.subjectIsClient !== true) {
    return {
      kind: 'user',
      id: userId({ issuer, subject, tenant }),
      subject,
      clientId,
      ...facts,
    }
  }
  if (clientId === undefined) return undefined
  const id = joinId(issuer, tenant, 'client', clientId)
  return { kind: 'client', id, subject: undefined, clientId, ...facts }
}

/** `principal.id` of a user, from what identifies them. */
export function userId({
  issuer,
  subject,
  tenant,
}: {
  readonly issuer: string
  readonly subject: string
  readonly tenant?: string | undefined
}): string {
  return joinId(issuer, tenant, 'user', subject)
}

/** JSON keeps the parts apart whatever they contain. */
function joinId(issuer: string, tenant: string | undefined, kind: string, name: string): string {
  return JSON.stringify([issuer, tenant ?? null, kind, name])
}

/** `scope` (RFC 9068 §2.2.3) wins; no union with the others, which some issuers fill differently. */
function scopeClaim(claims: TokenClaims): unknown {
  return claims['scope'] ?? claims['scopes'] ?? claims['scp']
}

function firstText(claims: TokenClaims, names: readonly string[]): string | undefined {
  return names.map((name) => text(claims[name])).find((value) => value !== undefined)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function strings(value: unknown): ReadonlySet<string> {
  const list: readonly unknown[] =
    typeof value === 'string' ? [value] : isIterable(value) ? [...value] : []
  return new Set(list.filter((entry) => typeof entry === 'string'))
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
