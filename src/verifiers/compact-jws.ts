import { base64url } from 'jose'
import { isCanonicalSegment } from './segment.ts'
import { type JsonObject, parseStrictObject } from './strict-json.ts'
import { accept, type Checked, refuse } from './token-failure.ts'

/** A signed token taken apart. Nothing of it is verified. */
export interface CompactJws {
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly isSigned: boolean
}

const MAX_TOKEN_CHARACTERS = 8_192

/** Takes a JWS in compact serialization apart (RFC 7515 §7.1); no other serialization is read. */
export function decodeCompactJws(token: string): Checked<CompactJws> {
  if (token.length > MAX_TOKEN_CHARACTERS) return refuse('size')
  const segments = token.split('.')
  const [header, payload, signature] = segments
  if (segments.length !== 3 || !header || !payload || signature === undefined) {
    return refuse('format')
  }
  if (!segments.every(isCanonicalSegment)) return refuse('format')

  const parsedHeader = parseStrictObject(base64url.decode(header))
  const claims = parseStrictObject(base64url.decode(payload))
  if (parsedHeader === undefined || claims === undefined) return refuse('json')
  return accept({ header: parsedHeader, claims, isSigned: signature !== '' })
}
