import type { GrantRefusal } from './extension-grant.ts'
import { refuseGrant } from './extension-grant.ts'

type Choice<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: GrantRefusal }

const MAX_SCOPES = 100

/**
 * Chooses the one resource of a request (RFC 8707 §2): the only one that the client may have, where
 * it names none.
 *
 * @param find The identifier as it is configured.
 */
export function chooseResource(
  requested: unknown,
  allowed: readonly string[],
  find: (identifier: string) => string | undefined,
): Choice<string> {
  const [first, second] = allowed
  const isClear = requested === undefined && second === undefined
  const resource = isClear ? first : typeof requested === 'string' ? find(requested) : undefined
  return resource !== undefined && allowed.includes(resource)
    ? { ok: true, value: resource }
    : refuseGrant('invalid_target', 'resource', `a token is for one resource of this client`)
}

/** Those of the requested scopes that are allowed; all of them, where none is named (RFC 6749 §3.3). */
export function chooseScopes(
  requested: unknown,
  allowed: readonly string[],
): Choice<readonly string[]> {
  const names = typeof requested === 'string' ? requested.split(' ').filter(Boolean) : []
  if (names.length === 0) return { ok: true, value: allowed }
  if (names.length > MAX_SCOPES) return refuseGrant('invalid_scope', 'scope')
  const chosen = allowed.filter((name) => names.includes(name))
  return chosen.length > 0 ? { ok: true, value: chosen } : refuseGrant('invalid_scope', 'scope')
}
