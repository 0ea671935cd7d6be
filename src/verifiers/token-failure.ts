/**
 * Why an access token was refused: one reason per check, for the log and the audit event. What
 * the client is told is decided in one place, `resource-server/refusal.ts`.
 */
export type TokenFailureReason =
  /** No compact JWS of three canonical base64url segments (RFC 7515 §7.1). */
  | 'format'
  /** Longer than 8 KiB. */
  | 'size'
  /** Header or payload is no JSON object, has duplicate members, or is nested too deeply. */
  | 'json'
  | 'alg'
  | 'typ'
  | 'crit'
  | 'kid'
  | 'kid_ambiguous'
  /** The key cannot be used: too short, or of another type. */
  | 'key'
  | 'sig'
  | 'iss'
  | 'aud'
  | 'exp'
  | 'nbf'
  | 'iat'
  /** Valid for longer, or issued longer ago, than the configuration allows. */
  | 'lifetime'
  | 'sub'
  /** Bound to a key (RFC 7800 `cnf`) that the request does not prove. */
  | 'binding'
  /** Refused by the configured claims schema. */
  | 'claims'
  | 'revoked'
  /** A custom verifier refused it, or answered with something that is no verified token. */
  | 'verifier'

/** A refused token. */
export interface TokenFailure {
  readonly ok: false
  readonly reason: TokenFailureReason
}

/** The outcome of a check that can fail for a reason the caller has to handle. */
export type Checked<T> = { readonly ok: true; readonly value: T } | TokenFailure

/** A successful outcome. */
export function accept<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** A refused token. */
export function refuse(reason: TokenFailureReason): TokenFailure {
  return { ok: false, reason }
}
