/**
 * Parameters and members whose value is a secret wherever they stand (RFC 9700 §4.3). An error's
 * `code` is none, and stays.
 */
const SECRET_NAMES = [
  'access_token',
  'api_key',
  'assertion',
  'authorization',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'cookie',
  'id_token',
  'password',
  'refresh_token',
  'state',
  'subject_token',
  'token',
]

const PARAMETER = new RegExp(`([?&#;\\s"']|^)(${SECRET_NAMES.join('|')})=[^&#;\\s"']+`, 'gi')
/** The same as members of JSON, where `code` and `state` are rather words than secrets. */
const MEMBER = new RegExp(
  `("(?:${SECRET_NAMES.filter(isSecretName).join('|')})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"?`,
  'gi',
)
/** Compact JWS and JWE (RFC 7515 §7.1, RFC 7516 §7.1), whose header begins `{"`; perhaps cut off. */
const COMPACT_JOSE = /\beyJ[\w-]{6,}(?:\.[\w-]*){1,4}/g
/** Credentials after the name of an HTTP scheme (RFC 9110 §11.4). */
const SCHEME = /\b(Bearer|DPoP|Basic)\s+[\w.~+/=-]{8,}/gi
/** How the tokens and keys of well-known services begin. */
const KNOWN_PREFIX =
  /\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-|xapp-|sk-|ya29\.|ntn_|lin_api_)[\w.-]{8,}/g

export const REDACTED = '[redacted]'

/**
 * A text without what looks like a credential: values of parameters and of JSON members that are
 * secret, tokens in compact form, credentials of HTTP schemes, and keys of well-known services. It is
 * a second net: events hold no secrets, but an error of somebody else's library may quote what it was
 * given.
 *
 * It does NOT find a secret without a name and without a form.
 */
export function redact(text: string): string {
  return text
    .replaceAll(COMPACT_JOSE, REDACTED)
    .replaceAll(KNOWN_PREFIX, REDACTED)
    .replaceAll(SCHEME, `$1 ${REDACTED}`)
    .replaceAll(PARAMETER, `$1$2=${REDACTED}`)
    .replaceAll(MEMBER, `$1"${REDACTED}"`)
}

/** Whether a member of this name is a secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  return name !== 'code' && name !== 'state' && SECRET_NAMES.includes(name)
}
