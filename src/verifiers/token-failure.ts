/**
 * Why an access token was refused: one reason per check, for the log and the audit event. What
 * the client is told is decided in one place, `resource-server/refusal.ts`.
 */
export type TokenFailureReason =
  /** No compact JWS or JWE of canonical base64url segments (RFC 7515 §7.1, RFC 7516 §7.1). */
  | 'format'
  /** Longer than 8 KiB, or an encrypted one longer than 12 KiB. */
  | 'size'
  /** Header or payload is no JSON object, has duplicate members, or is nested too deeply. */
  | 'json'
  /** `none`, or an algorithm that is not one of the issuer's (RFC 8725 §3.1). */
  | 'alg'
  /** Another kind of token: an ID token, or one whose `typ` is not that of an access token (RFC 9068 §4). */
  | 'typ'
  /** A critical extension, of which none is known (RFC 7515 §4.1.11). */
  | 'crit'
  /** Another content encryption than A256GCM (RFC 7516 §4.1.2). */
  | 'enc'
  /** Compressed content, which is never inflated (RFC 8725 §3.6). */
  | 'zip'
  /** No key of the issuer, or of ours, has this `kid`. */
  | 'kid'
  /** Several keys may be meant: no `kid`, or one that more than one key has. */
  | 'kid_ambiguous'
  /** The key cannot be used: too short, or of another type. */
  | 'key'
  /** The signature is not that of the key. */
  | 'sig'
  /** The ephemeral key is missing, on another curve than ours, or no point of it (RFC 8725 §3.4). */
  | 'epk'
  /** Whatever is wrong about the encrypted key, the ciphertext or its tag. */
  | 'decrypt'
  /** A signed token where only encrypted ones are accepted. */
  | 'not_encrypted'
  /** Encrypted, and not signed: anybody with the public key can do that (RFC 7519 §11.2). */
  | 'unsigned_jwe'
  /** A token in a token in a token, or content that is declared as something else (RFC 7519 §5.2). */
  | 'nesting'
  /** A claim that the JWE header repeats differs from the signed one (RFC 7519 §5.3). */
  | 'replicated'
  /** The issuer is missing, or not one that is configured. */
  | 'iss'
  /** The audience is missing, or not this server. */
  | 'aud'
  /** Expired, or without an expiry. */
  | 'exp'
  /** Not good yet. */
  | 'nbf'
  /** Issued in the future. */
  | 'iat'
  /** Valid for longer, or issued longer ago, than the configuration allows. */
  | 'lifetime'
  /** The subject is missing where there has to be one, or is empty, too long, or with control characters. */
  | 'sub'
  /** Bound to a key (RFC 7800 `cnf`) that the request does not prove. */
  | 'binding'
  /** Not bound to a key, where tokens have to be, or presented as if it were (RFC 9449 §7). */
  | 'unbound'
  /** Refused by the configured claims schema. */
  | 'claims'
  /** Revoked: the token, its grant or its user. */
  | 'revoked'
  /** An assertion of the gateway without a `jti`, or with one that has been used (RFC 7519 §4.1.7). */
  | 'jti'
  /** Its issuer does not vouch for it, any more or at all (RFC 7662 §2.2). */
  | 'inactive'
  /** Another kind of token, by the word of whoever was asked about it: a refresh or an ID token. */
  | 'token_use'
  /** An API key whose checksum is wrong: mistyped, or cut off. */
  | 'checksum'
  /** An API key that is not in the store. */
  | 'api_key'
  /** None of the verifiers of `firstOf` takes tokens like this one. */
  | 'unrecognized'
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
