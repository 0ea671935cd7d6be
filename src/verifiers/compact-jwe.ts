import { base64url } from 'jose'
import { isCanonicalSegment } from './segment.ts'
import { type JsonObject, parseStrictObject } from './strict-json.ts'
import { accept, type Checked, refuse, type TokenFailureReason } from './token-failure.ts'

/** What the header of an accepted JWE says. Nothing of it is verified before decryption. */
export interface JweHeader {
  readonly alg: string
  readonly kid: string
  /** The whole header, for what is compared with the content. */
  readonly parameters: JsonObject
}

/** A signed token as large as one may be, encrypted for an RSA key of 4,096 bits. */
const MAX_TOKEN_CHARACTERS = 12_288
/** What may be in it: a JWT, which RFC 9068 calls `at+jwt` where it is an access token. */
const CONTENT_TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', 'at+jwt'])

/**
 * Takes a JWE in compact serialization apart (RFC 7516 §7.1), and decides by its header alone
 * whether it is worth decrypting.
 */
export function decodeCompactJwe(
  token: string,
  algorithms: ReadonlySet<string>,
  contentTypes: ReadonlySet<unknown> = CONTENT_TYPES,
): Checked<JweHeader> {
  if (token.length > MAX_TOKEN_CHARACTERS) return refuse('size')
  const segments = token.split('.')
  if (segments.length === 3) return refuse('not_encrypted')
  const [header, _encryptedKey, iv, ciphertext, tag] = segments
  if (segments.length !== 5 || !header || !iv || !ciphertext || !tag) return refuse('format')
  if (!segments.every(isCanonicalSegment)) return refuse('format')

  const parameters = parseStrictObject(base64url.decode(header))
  if (parameters === undefined) return refuse('json')
  const { alg, kid } = parameters
  if (typeof alg !== 'string' || !algorithms.has(alg)) return refuse('alg')
  const fault = checkParameters(parameters, contentTypes)
  if (fault !== undefined) return refuse(fault)
  return typeof kid === 'string' ? accept({ alg, kid, parameters }) : refuse('kid')
}

function checkParameters(
  parameters: JsonObject,
  contentTypes: ReadonlySet<unknown>,
): TokenFailureReason | undefined {
  const { enc, cty } = parameters
  if ('crit' in parameters) return 'crit'
  if ('zip' in parameters) return 'zip'
  if (enc !== 'A256GCM') return 'enc'
  const type = typeof cty === 'string' ? cty.toLowerCase().replace(/^application\//, '') : cty
  return contentTypes.has(type) ? undefined : 'nesting'
}
