import { base64url } from 'jose'
import { isCanonicalSegment } from './segment.ts'
import { type JsonObject, parseStrictObject } from './strict-json.ts'

/** The header of a compact token, signed or encrypted; `undefined` where it is no JSON object. */
export function decodeTokenHeader(token: string): JsonObject | undefined {
  const [header = ''] = token.split('.', 1)
  return header !== '' && isCanonicalSegment(header)
    ? parseStrictObject(base64url.decode(header))
    : undefined
}
